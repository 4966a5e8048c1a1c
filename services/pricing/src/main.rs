//! The pricing process.

fn main() -> std::process::ExitCode {
    serving::main::<pricing::App>()
}
