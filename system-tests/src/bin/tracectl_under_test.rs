//! `tracectl`, built together with the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracectl::main()
}
