//! The fulfillment process.

fn main() -> std::process::ExitCode {
    serving::program::<fulfillment::App>()
}
