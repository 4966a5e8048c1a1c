//! `tracectl cost`: what the system is asked, what is kept, and what it costs elsewhere.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::duration;

/// More of anything is a mistake in the unit.
const MOST: f64 = 1e9;

/// Below the options: examples, and where numbers are from.
pub(crate) const HELP: &str = "\
Examples:
  tracectl cost --requests 50000 --services 12 --spans 48 --errors 0.01 --slow 0.02
  tracectl cost --requests 200 --services 4 --spans 24 --errors 0.01 --slow 0.02 --json
  tracectl cost --requests 200 --services 4 --spans 24 --errors 0.01 --slow 0.02 \\
      --price-gb-stored-month 0.05 --price-gb-transferred 0.01 --price-vcpu-month 20

Shares are from 0 to 1. GB and MB are decimal, a month has 30 days. Strategies: none keeps all; with
head ratio every service draws for itself; with parent-based the first one draws and all follow; a
tail keeps what failed, what is slow, and --baseline of the others; head + tail is a tail behind a
parent-based head.

Measured on this system, 21 November 2026, and only right for one like it:
  --bytes-per-span, --bytes-per-log-line
      what the demo exported for 2,000 checkouts: 48,206 spans, 10,521 log lines
  --sampler-bytes-per-span
      the heap of a collector in which spans of 12 attributes wait (collector/tail-sampling.yaml)
  --collector-us-per-span, --export-us-per-span, --sampler-us-per-span, --tail-export-us-per-span,
  --collector-us-per-log-line
      the collector 0.159.0 with collector/single.yaml, the same spans and lines, on two cores of
      an AMD EPYC that had other work
docs/sampling-at-scale.md tells how, and works one example through.";

/// Every share is from 0 to 1, every price and size as its name says.
#[derive(Debug, Clone, Args, Serialize)]
pub(crate) struct Cost {
    /// Requests a second
    #[arg(long, value_name = "PER_SECOND", value_parser = amount)]
    pub(crate) requests: f64,
    /// Services that a request goes through
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) services: u16,
    /// Spans of a request, in all services together
    #[arg(long, value_name = "N", value_parser = amount)]
    pub(crate) spans: f64,
    /// Share of the traces that fail
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) errors: f64,
    /// Share of the traces that do not fail and are slow
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) slow: f64,

    /// Share of all traces that a head keeps
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = share)]
    pub(crate) head: f64,
    /// Share of the other traces that a tail keeps
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = share)]
    pub(crate) baseline: f64,
    /// How long a trace waits for the tail's decision
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    #[serde(serialize_with = "seconds")]
    pub(crate) decision_wait: Duration,
    /// Days that traces and log lines are stored
    #[arg(long, value_name = "DAYS", default_value = "14", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) retention: u16,

    /// Bytes of a span on the wire, not compressed [measured]
    #[arg(long, value_name = "BYTES", default_value = "378", value_parser = amount)]
    pub(crate) bytes_per_span: f64,
    /// Bytes of a span where it is stored [default: as on the wire; ask your backend]
    #[arg(long, value_name = "BYTES", value_parser = amount)]
    pub(crate) stored_bytes_per_span: Option<f64>,
    /// Bytes of a span that waits in a sampler's memory [measured]
    #[arg(long, value_name = "BYTES", default_value = "1700", value_parser = amount)]
    pub(crate) sampler_bytes_per_span: f64,
    /// Collector processor time to take, redact and count a span, in µs [measured]
    #[arg(long, value_name = "US", default_value = "95", value_parser = amount)]
    pub(crate) collector_us_per_span: f64,
    /// To send it on, in the batches in which it came [measured, to two backends]
    #[arg(long, value_name = "US", default_value = "45", value_parser = amount)]
    pub(crate) export_us_per_span: f64,
    /// To hold it for the tail's decision [measured]
    #[arg(long, value_name = "US", default_value = "15", value_parser = amount)]
    pub(crate) sampler_us_per_span: f64,
    /// To send on what the tail keeps, trace by trace [measured, to two backends]
    #[arg(long, value_name = "US", default_value = "90", value_parser = amount)]
    pub(crate) tail_export_us_per_span: f64,

    /// Log lines of a request; no sampler touches them
    #[arg(long, value_name = "N", default_value = "0", value_parser = amount)]
    pub(crate) log_lines: f64,
    /// Bytes of a log line on the wire, not compressed [measured]
    #[arg(long, value_name = "BYTES", default_value = "237", value_parser = amount)]
    pub(crate) bytes_per_log_line: f64,
    /// Collector processor time for a log line, in µs [measured]
    #[arg(long, value_name = "US", default_value = "105", value_parser = amount)]
    pub(crate) collector_us_per_log_line: f64,

    /// Price of a GB stored for a month. There is no default: without the three prices there is no money in the table
    #[arg(long, value_name = "PRICE", value_parser = amount, requires_all = ["price_gb_transferred", "price_vcpu_month"])]
    pub(crate) price_gb_stored_month: Option<f64>,
    /// Price of a GB from a service to the collector, or from there to a backend
    #[arg(long, value_name = "PRICE", value_parser = amount, requires_all = ["price_gb_stored_month", "price_vcpu_month"])]
    pub(crate) price_gb_transferred: Option<f64>,
    /// Price of a virtual processor for a month
    #[arg(long, value_name = "PRICE", value_parser = amount, requires_all = ["price_gb_stored_month", "price_gb_transferred"])]
    pub(crate) price_vcpu_month: Option<f64>,

    /// Print JSON
    #[arg(long)]
    #[serde(skip)]
    pub(crate) json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "accepted is a share from 0 to 1, for example 0.05".to_owned())
}

fn amount(text: &str) -> Result<f64, String> {
    let amount = text.parse().ok();
    amount
        .filter(|amount| (0.0..=MOST).contains(amount))
        .ok_or_else(|| "accepted is a number from 0 to 1000000000, for example 12.5".to_owned())
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}
