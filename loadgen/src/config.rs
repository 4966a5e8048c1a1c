//! The command line, parsed to types. loadgen takes nothing else from its environment than the
//! standard `OTEL_*`, which shared-telemetry reads.

pub(crate) mod parse;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use reqwest::Url;

use crate::draw::ARTICLES;
use crate::mix::{FaultShares, Mix};
use crate::schedule::{Length, Rate, Schedule, Spacing};

const EXAMPLES: &str = "\
Examples:
  loadgen --rate 200 --duration 20s
  loadgen --rate 200 --duration 60s --arrivals poisson --warm-up 5s --html load.html
  loadgen --ramp 50..400 --duration 30s --json | jq .total
  loadgen --closed 8 --duration 20s                      what a closed loop would tell
  loadgen --count 1000 --mix checkout=1 --verify-orders  is every promise kept?
  loadgen --fault pricing.slow=0.03,inventory.error=0.02 the shop listens with DEMO_FAULTS=on

Exit codes: 0 it ran; 1 the target was not reached, or --verify-orders found a promise broken;
2 bad arguments. Traces go out as OTEL_EXPORTER_OTLP_ENDPOINT says. docs/load.md tells how to read the result.";

/// What loadgen was asked to do.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "loadgen",
    version,
    about = "Load on the shop at a rate that does not depend on its answers, each request the root of a trace",
    after_help = EXAMPLES
)]
pub struct Settings {
    /// Where the gateway answers
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = parse::http_url)]
    pub target: Url,
    /// Fire at an address that is not of this machine or a private network
    #[arg(long)]
    pub i_own_this_target: bool,

    /// Requests a second
    #[arg(long, value_name = "PER_SECOND", default_value = "50", value_parser = parse::rate, conflicts_with_all = ["ramp", "closed"])]
    rate: f64,
    /// A rate that changes steadily over the whole run, such as 50..400
    #[arg(long, value_name = "FROM..TO", value_parser = parse::ramp, conflicts_with = "closed")]
    ramp: Option<Rate>,
    /// How requests follow each other
    #[arg(long, value_enum, default_value_t = Spacing::Constant, conflicts_with = "closed")]
    arrivals: Spacing,
    /// A closed loop instead: so many workers, each waits for its answer before it asks again
    #[arg(long, value_name = "WORKERS", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) closed: Option<u16>,
    /// How long
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse::run_time, conflicts_with = "count")]
    duration: Duration,
    /// How many requests, instead of how long
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    count: Option<u64>,
    /// Load before, at the first rate, which is not counted
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse::time)]
    warm_up: Duration,

    /// Requests on the wire at once; more wait
    #[arg(long, value_name = "N", default_value = "256", value_parser = parse::bound, conflicts_with = "closed")]
    pub(crate) max_in_flight: usize,
    /// Requests that wait for one on the wire to come back; more are dropped, and counted
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse::line_bound, conflicts_with = "closed")]
    pub(crate) max_waiting: usize,
    /// How long one request may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse::limit)]
    pub(crate) timeout: Duration,

    /// Weights of the scenarios: checkout, stock, orders, retry
    #[arg(
        long,
        value_name = "WEIGHTS",
        default_value = "checkout=70,stock=15,orders=10,retry=5"
    )]
    pub(crate) mix: Mix,
    /// Shares of the checkouts that ask for a fault, such as pricing.slow=0.03
    #[arg(long, value_name = "SHARES")]
    fault: Option<FaultShares>,
    /// Articles to order and to look at [default: those of the demo]
    #[arg(long, value_name = "SKU,…", value_delimiter = ',', value_parser = parse::sku)]
    skus: Vec<String>,
    /// Repeats a run: its arrivals, scenarios, carts and faults [default: a new one each time]
    #[arg(long)]
    seed: Option<u64>,

    /// Ask afterwards for every acknowledged order until it is final
    #[arg(long)]
    pub(crate) verify_orders: bool,
    /// How long that may take
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse::limit)]
    pub(crate) verify_timeout: Duration,
    /// Write the acknowledged orders as JSON lines
    #[arg(long, value_name = "FILE")]
    pub(crate) orders_file: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the result as a page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Where a trace can be seen
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:16686/trace/{trace_id}", value_parser = parse::trace_url)]
    pub(crate) trace_url: String,
}

impl Settings {
    /// When requests are due, in an open loop.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule {
            rate: self.ramp.unwrap_or(Rate {
                from: self.rate,
                to: self.rate,
            }),
            spacing: self.arrivals,
            length: self.length(),
            warm_up: self.warm_up,
        }
    }

    pub(crate) fn length(&self) -> Length {
        self.count
            .map_or(Length::Time(self.duration), Length::Count)
    }

    pub(crate) fn warm_up(&self) -> Duration {
        self.warm_up
    }

    /// The seed that was asked for, or a new one, short enough to be typed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| fastrand::u64(..1 << 32))
    }

    pub(crate) fn faults(&self) -> FaultShares {
        self.fault.clone().unwrap_or_default()
    }

    pub(crate) fn articles(&self) -> Vec<String> {
        if self.skus.is_empty() {
            return ARTICLES.map(str::to_owned).to_vec();
        }
        let mut articles = self.skus.clone();
        articles.sort();
        articles.dedup();
        articles
    }
}
