//! `cargo run`: the whole shop on this machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    demo::main()
}
