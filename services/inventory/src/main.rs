//! The inventory process.

fn main() -> std::process::ExitCode {
    serving::main::<inventory::App>()
}
