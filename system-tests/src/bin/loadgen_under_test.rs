//! The load generator, built with the tests.

fn main() -> std::process::ExitCode {
    loadgen::main()
}
