//! The gateway process.

fn main() -> std::process::ExitCode {
    serving::main::<gateway::App>()
}
