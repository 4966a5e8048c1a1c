//! The fulfillment process.

fn main() -> std::process::ExitCode {
    serving::main::<fulfillment::App>()
}
