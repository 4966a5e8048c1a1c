//! Load on a demo, judged by the spans that its processes have exported: every trace whole, no
//! order lost or doubled, the stock right, memory bounded.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::ledger::{Acknowledged, Verdict};
use crate::{Demo, DemoBuilder, Ledger};

/// Every process that the demo starts, and the demo itself.
const SERVICES: [&str; 4] = ["gateway", "pricing", "fulfillment", "inventory"];

/// A run of the load generator against a demo of its own.
#[derive(Debug, Clone)]
pub struct LoadCheck {
    /// The demo's program.
    pub demo: PathBuf,
    /// The load generator's program.
    pub loadgen: PathBuf,
    /// What it is told beside the target: rate, duration.
    pub arguments: Vec<String>,
    /// How long the last spans may take to arrive.
    pub patience: Duration,
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// The load generator's own report.
    pub report: Value,
    /// What the spans say of the acknowledged orders.
    pub verdict: Verdict,
    /// Pieces that acknowledged orders asked for, and pieces that the stock has lost.
    pub pieces: (u64, u64),
    /// Proportional set size of all processes, in bytes, before and after the load.
    pub memory: (u64, u64),
}

impl LoadCheck {
    /// Starts a demo, sends the load, waits for the spans and judges.
    ///
    /// # Panics
    /// When a program cannot be started or what it says cannot be read.
    pub async fn run(&self) -> Outcome {
        let ledger = Ledger::start().await;
        let demo = DemoBuilder::new(&self.demo.display().to_string());
        let demo = demo.exporting_to(&ledger).start();
        demo.order().await;
        let before = (stock(&demo).await, memory(&demo));

        let folder = tempfile::tempdir().unwrap();
        let orders_file = folder.path().join("orders.jsonl");
        let report = tokio::task::block_in_place(|| self.load(&demo, &ledger, &orders_file));
        let orders = read_orders(&orders_file);
        let asked_for = orders.iter().map(|(_, pieces)| pieces).sum();
        let orders: Vec<_> = orders.into_iter().map(|(order, _)| order).collect();
        let verdict = ledger.verdict(&orders, self.patience).await;
        Outcome {
            report,
            verdict,
            pieces: (asked_for, before.0 - stock(&demo).await),
            memory: (before.1, memory(&demo)),
        }
    }

    fn load(&self, demo: &Demo, ledger: &Ledger, orders_file: &Path) -> Value {
        let output = Command::new(&self.loadgen)
            .args([
                "--target",
                &demo.url("gateway"),
                "--json",
                "--verify-orders",
            ])
            .args(["--orders-file", &orders_file.display().to_string()])
            .args(&self.arguments)
            .envs(ledger.environment())
            .output()
            .expect("the load generator starts");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            let told = String::from_utf8_lossy(&output.stderr);
            panic!("no report of the load generator: {error}\n{told}")
        })
    }
}

/// Each acknowledged order with the number of its pieces.
fn read_orders(file: &Path) -> Vec<(Acknowledged, u64)> {
    let text = std::fs::read_to_string(file).expect("the load generator writes its orders");
    let read = |line: &str| {
        let order: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| order[key].as_str().unwrap_or_default().to_owned();
        let lines = order["lines"].as_array().into_iter().flatten();
        let pieces = lines.map(|line| line["quantity"].as_u64().unwrap_or_default());
        let acknowledged = Acknowledged {
            order_id: text("order_id"),
            trace_id: u128::from_str_radix(&text("trace_id"), 16).unwrap_or_default(),
        };
        (acknowledged, pieces.sum())
    };
    text.lines().map(read).collect()
}

/// All pieces of the articles that the load generator buys.
async fn stock(demo: &Demo) -> u64 {
    let mut pieces = 0;
    for article in loadgen::ARTICLES {
        let answer = demo.get("gateway", &format!("/stock/{article}")).await;
        pieces += answer.json["available"].as_u64().expect("a known article");
    }
    pieces
}

/// The proportional set size of the demo and its services, in bytes.
fn memory(demo: &Demo) -> u64 {
    let services = SERVICES
        .into_iter()
        .filter_map(|service| demo.process_of(service));
    let all = services.map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    all.chain([demo.pid()]).map(proportional_set_size).sum()
}

fn proportional_set_size(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

impl Outcome {
    /// True when every promise was kept and every trace is whole.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.verdict.is_clean() && self.pieces.0 == self.pieces.1
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: u64 = 1 << 20;
        writeln!(f, "spans:  {}", self.verdict)?;
        let (asked_for, taken) = self.pieces;
        writeln!(f, "stock:  {asked_for} pieces asked for, {taken} taken")?;
        let (before, after) = self.memory;
        let (before, after) = (before / MIB, after / MIB);
        write!(
            f,
            "memory: {before} MiB before, {after} MiB after, all processes"
        )
    }
}
