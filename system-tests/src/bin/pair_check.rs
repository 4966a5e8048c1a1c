//! Counts, over many orders on a demo that samples at the head, whose traces were kept on both
//! sides of the queue: see `docs/sampling.md`.
//!
//! Exit codes: 0 every pair whole or nowhere, 1 not so, 2 bad arguments or programs missing.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use system_tests::PairCheck;

/// Orders under a sampler at the head: which pairs of traces were kept whole, which broken?
#[derive(Parser)]
struct Arguments {
    /// How many orders
    #[arg(long, value_name = "N", default_value = "10000", value_parser = clap::value_parser!(u16).range(1..=40_000))]
    orders: u16,
    /// The share of traces that the gateway keeps
    #[arg(long, value_name = "SHARE", default_value = "0.5")]
    ratio: f64,
    /// A batch of fulfillment is full with so many messages
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u16).range(1..=128))]
    batch: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let me = std::env::current_exe().expect("Linux tells where a program lies");
    let check = PairCheck {
        demo: me.with_file_name("demo-under-test"),
        orders: arguments.orders.into(),
        sampler: (
            "parentbased_traceidratio".to_owned(),
            arguments.ratio.to_string(),
        ),
        batch: arguments.batch.into(),
        patience: Duration::from_secs(600),
    };
    if !check.demo.exists() {
        eprintln!("pair-check: build the whole package: cargo build --release -p system-tests");
        return ExitCode::from(2);
    }
    let pairs = check.run().await;
    println!("{pairs}");
    ExitCode::from(u8::from(!pairs.is_clean()))
}
