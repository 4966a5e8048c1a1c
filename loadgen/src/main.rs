//! The binary of loadgen; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    loadgen::main()
}
