//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::traffic::Traffic;

const EXAMPLES: &str = "\
Examples:
  sampling-table --record traffic.jsonl              the table, and what it was made of
  sampling-table --replay traffic.jsonl --head 0.01  another share, the same traffic

Needs a collector: otelcol or otelcol-contrib in PATH, or its path in OTELCOL.
Exit codes: 0 the table is there; 1 something on the way failed; 2 bad arguments or no collector.";

/// What was asked for.
#[derive(Debug, Parser)]
#[command(
    name = "sampling-table",
    about = "What head sampling, tail sampling and both keep of the same traffic",
    after_help = EXAMPLES
)]
pub(crate) struct Arguments {
    /// Checkouts to record
    #[arg(long, value_name = "N", default_value = "3000", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    orders: u64,
    /// Checkouts a second
    #[arg(long, value_name = "PER_SECOND", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=500))]
    rate: u32,
    /// Shares of the checkouts that ask for a fault
    #[arg(
        long,
        value_name = "SHARES",
        default_value = "pricing.error=0.01,fulfillment.poison=0.01,pricing.slow=0.02,inventory.slow=0.01"
    )]
    fault: String,
    /// Messages that fulfillment takes at once, at most: a batch is one trace
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=128))]
    batch: u8,
    /// Write the recording: one OTLP export as JSON on each line
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Read a recording instead of making one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["orders", "rate", "fault", "batch"])]
    pub(crate) replay: Option<PathBuf>,

    /// The share that the head keeps alone
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = share)]
    pub(crate) head: f64,
    /// The share that the head keeps in front of the tail
    #[arg(long, value_name = "SHARE", default_value = "0.5", value_parser = share)]
    pub(crate) head_before_tail: f64,
    /// The share of all traces that the tail keeps, whatever they are
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) tail_percent: u8,
    /// From here on a trace is slow
    #[arg(long, value_name = "MILLISECONDS", default_value = "500", value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub(crate) slow_ms: u64,

    /// Print the counts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            orders: self.orders,
            rate: self.rate,
            faults: self.fault.clone(),
            batch: self.batch,
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "expected a share from 0 to 1".to_owned())
}
