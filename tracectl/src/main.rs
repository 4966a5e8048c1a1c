//! The binary of tracectl; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracectl::main()
}
