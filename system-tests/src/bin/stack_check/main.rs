//! The stack check: starts the repository's own `docker-compose.yaml`, and asks the real broker,
//! database, collector and backends whether what the pages promise is so, under load and faults.
//!
//! ```text
//! cargo build -p system-tests; cargo run -p system-tests --bin stack-check   everything: half an hour
//! cargo run -p system-tests --bin stack-check -- --only kafka    one check; others: --help
//! cargo run -p system-tests --bin stack-check -- --keep          the stack stays up
//! ```
//!
//! Needs docker with compose, and the ports of the stack. It is a compose project of its own, so that it
//! deletes nobody's volumes. What it could not check is listed at the end, with the reason.
//!
//! Exit codes: 0 all that could be checked is so, 1 something is not, 2 it could not be tried.

mod backends;
mod compose;
mod delivery;
mod faults;
mod panels;
mod propagators;
mod queries;
mod rates;
mod restart;
mod rules;
mod sampling;
mod stack;
mod tiers;
mod verify;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use stack::Stack;
use system_tests::check::{Report, Said, programs};
use system_tests::program::called_as;

/// Starts docker-compose.yaml and checks it against the real programs.
#[derive(Debug, Parser)]
#[command(after_help = "Exit codes: 0 all is well, 1 a check failed, 2 it could not be tried.")]
struct Arguments {
    /// Leave the stack running
    #[arg(long)]
    keep: bool,
    /// Take the images as they are, however old
    #[arg(long)]
    no_build: bool,
    /// Only this check, and what it needs; may be given several times
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<Check>,
}

/// In the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// `tracectl verify` in every backend
    Verify,
    /// One service writes B3, the others read W3C
    Propagators,
    /// Load: the collector's numbers against those of loadgen, and exemplars
    Rates,
    /// Every query of every panel, rule and alert (after the load)
    Queries,
    /// The broker killed under load
    Kafka,
    /// The database killed under load
    Postgres,
    /// The collector killed under load
    Collector,
    /// The collector in three tiers, and a sampler killed under load
    Tiers,
    /// Backends away: what waits for them is on the collector's disk
    Delivery,
    /// `docker compose down`, and up again
    Restart,
    /// Linked traces over many orders, at the head and at the tail (no container needed)
    Sampling,
}

/// It is also the programs that it runs, by the name under which it is started: so it is one build.
fn main() -> ExitCode {
    match called_as().as_deref() {
        Some(programs::TRACECTL) => tracectl::main(),
        Some(programs::LOADGEN) => loadgen::main(),
        _ => Report::of("stack-check", run(&Arguments::parse())),
    }
}

async fn run(arguments: &Arguments) -> Result<Report, String> {
    let mut report = Report::default();
    let started = Stack::start(&mut report, !arguments.no_build).await;
    let stack = match started {
        Ok(stack) => stack,
        Err(failed) => {
            failed.compose.finish(arguments.keep).await?;
            return Err(failed.why);
        }
    };
    for check in Check::value_variants() {
        if arguments.wants(*check) {
            report.begin(check.title());
            let said = check.run(&stack).await;
            report.end(said);
        }
    }
    stack.compose.finish(arguments.keep).await?;
    Ok(report)
}

impl Arguments {
    /// The queries have nothing to find before there was load.
    fn wants(&self, check: Check) -> bool {
        self.only.is_empty()
            || self.only.contains(&check)
            || (check == Check::Rates && self.only.contains(&Check::Queries))
    }
}

impl Check {
    const fn title(self) -> &'static str {
        match self {
            Self::Verify => "an order is one unbroken trace in every backend",
            Self::Propagators => "two formats that do not understand each other",
            Self::Rates => "the collector counts what loadgen has sent, and exemplars open",
            Self::Queries => "every panel and every rule finds data",
            Self::Kafka => "the broker is killed under load",
            Self::Postgres => "the database is killed under load",
            Self::Collector => "the collector is killed under load",
            Self::Tiers => "the collector in three tiers",
            Self::Delivery => "backends away, and the collector killed meanwhile",
            Self::Restart => "docker compose down, and up again",
            Self::Sampling => "linked traces share a fate, over many orders",
        }
    }

    async fn run(self, stack: &Stack) -> Said {
        match self {
            Self::Verify => verify::whole(stack).await,
            Self::Propagators => propagators::mismatched(stack).await,
            Self::Rates => rates::equal(stack).await,
            Self::Queries => queries::all(stack).await,
            Self::Kafka => faults::killed(stack, &stack.compose, "kafka").await,
            Self::Postgres => faults::killed(stack, &stack.compose, "postgres").await,
            Self::Collector => faults::killed(stack, &stack.compose, "collector").await,
            Self::Tiers => tiers::hold(stack).await,
            Self::Delivery => delivery::late(stack).await,
            Self::Restart => restart::keeps_orders(stack).await,
            Self::Sampling => sampling::counted().await,
        }
    }
}
