//! The gateway process.

fn main() -> std::process::ExitCode {
    serving::program::<gateway::App>()
}
