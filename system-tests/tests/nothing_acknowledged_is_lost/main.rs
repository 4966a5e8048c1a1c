//! What the gateway has acknowledged is fulfilled exactly once, whatever dies, goes away or fills
//! up meanwhile: counted in the stock, and read from the spans that the processes have exported.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod broker;
mod clock;
mod cluster;
mod database;
mod disk;
mod kills;
mod members;
mod messages;
mod post;
mod scenario_table;
mod scenarios;

use std::time::Duration;

use system_tests::ledger::Verdict;
use system_tests::{Customers, Demo, DemoBuilder, Ledger};

/// How long the last spans may take to arrive.
const EXPORT: Duration = Duration::from_secs(20);

/// A shop whose spans go to a ledger, and whose customers may ask for faults.
fn export_to(ledger: &Ledger, demo: DemoBuilder) -> DemoBuilder {
    demo.exporting_to(ledger)
        .env("OTEL_BSP_SCHEDULE_DELAY", "500")
        .env("DEMO_FAULTS", "on")
}

async fn shop() -> (DemoBuilder, Ledger) {
    let ledger = Ledger::start().await;
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    (export_to(&ledger, demo), ledger)
}

/// Everybody has what he was promised, and every order's trace leads to its fulfilment.
async fn all_is_well(demo: &Demo, ledger: &Ledger, customers: &Customers) -> Verdict {
    customers.are_served(demo).await;
    let verdict = ledger.verdict(&customers.acknowledged(), EXPORT).await;
    assert!(verdict.is_clean(), "{verdict}");
    verdict
}

/// How often fulfillment has said that it will try a step again.
fn retries(demo: &Demo) -> usize {
    demo.log_lines(|line| line["service"] == "fulfillment" && !line["fields"]["attempt"].is_null())
        .len()
}
