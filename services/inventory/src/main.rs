//! The inventory process.

fn main() -> std::process::ExitCode {
    serving::program::<inventory::App>()
}
