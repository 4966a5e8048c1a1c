//! The pricing process.

fn main() -> std::process::ExitCode {
    serving::program::<pricing::App>()
}
