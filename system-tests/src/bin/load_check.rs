//! Sends load to a demo of its own and judges it by the exported spans: see `docs/load.md`.
//!
//! Its arguments are the load generator's. Exit codes: 0 every trace whole and every promise kept,
//! 1 not so.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use system_tests::LoadCheck;

/// How long the last spans may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program of this package, built beside this one.
fn beside(name: &str) -> PathBuf {
    let me = std::env::current_exe().expect("Linux tells where a program lies");
    me.with_file_name(name)
}

#[tokio::main]
async fn main() -> ExitCode {
    let check = LoadCheck {
        demo: beside("demo-under-test"),
        loadgen: beside("loadgen-under-test"),
        arguments: std::env::args().skip(1).collect(),
        patience: PATIENCE,
    };
    for program in [&check.demo, &check.loadgen] {
        if !program.exists() {
            eprintln!("load-check: build the whole package: cargo build --release -p system-tests");
            return ExitCode::from(2);
        }
    }
    let outcome = check.run().await;
    println!("{}\n{outcome}", outcome.report);
    ExitCode::from(u8::from(!outcome.is_clean()))
}
