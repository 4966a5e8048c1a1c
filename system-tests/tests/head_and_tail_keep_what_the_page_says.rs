//! The table of `docs/sampling.md` in short: one small recorded traffic, and what each way of
//! sampling keeps of it.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::process::Command;

use serde_json::Value;
use system_tests::program::{OTELCOL, find};

const ORDERS: u64 = 400;
/// Alone, and in front of the tail.
const HEAD: f64 = 0.5;
const TAIL: f64 = 0.05;
/// More faults than on a usual day, so that few orders show each kind.
const FAULTS: &str =
    "pricing.error=0.03,fulfillment.poison=0.03,pricing.slow=0.04,inventory.slow=0.01";

/// `None` where there is no collector, and the test may be skipped.
fn table() -> Option<Value> {
    find("OTELCOL", &OTELCOL)?;
    let output = Command::new(env!("CARGO_BIN_EXE_sampling-table"))
        .args(["--json", "--orders", &ORDERS.to_string(), "--rate", "40"])
        .args(["--head", &HEAD.to_string()])
        .args(["--head-before-tail", &HEAD.to_string()])
        .args(["--tail-percent", &(100.0 * TAIL).to_string()])
        .args(["--fault", FAULTS])
        // A busy machine alone is not as slow as the fault.
        .args(["--batch", "10", "--slow-ms", "1500"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn count(of: &Value, path: &str) -> u64 {
    of.pointer(path)
        .and_then(Value::as_u64)
        .unwrap_or_else(|| panic!("no {path} in {of:#}"))
}

/// Beyond five and a half standard deviations of a fair draw: once in 10⁷ runs.
fn is_a_fair_share(kept: u64, of: u64, share: f64) -> bool {
    let expected = of as f64 * share;
    let deviation = (expected * (1.0 - share)).sqrt();
    (kept as f64 - expected).abs() <= 5.5 * deviation + 1.0
}

#[test]
fn the_tail_keeps_all_that_failed_or_is_slow_and_the_head_a_share_of_everything() {
    let Some(table) = table() else { return };
    println!("{table:#}");
    let [head, tail, both] = [0, 1, 2].map(|way| table["ways"][way].clone());
    let recorded = &table["recorded"];
    for kind in ["failed", "slow"] {
        let path = format!("/traces/{kind}");
        let (kept, all) = (count(&tail, &path), count(recorded, &path));
        assert!(all >= 8, "only {all} {kind} traces were recorded");
        assert_eq!(kept, all, "{kind} traces that the tail keeps");
        // What the head has dropped nothing brings back; what it has kept is kept.
        let path = format!("/traces_of_requests/{kind}");
        assert_eq!(count(&both, &path), count(&head, &path), "{kind}, by both");
    }
    // Behind the queue a batch of several follows whichever of its orders is kept.
    for (way, share, kind) in [
        (&head, HEAD, "failed"),
        (&head, HEAD, "slow"),
        (&head, HEAD, "ordinary"),
        (&tail, TAIL, "ordinary"),
        // The smaller share is a part of the greater one, and not a share of it.
        (&both, TAIL, "ordinary"),
    ] {
        let path = format!("/traces_of_requests/{kind}");
        let (kept, of) = (count(way, &path), count(recorded, &path));
        let told = format!("{kept} of {of} {kind} requests are kept by {}", way["way"]);
        assert!(is_a_fair_share(kept, of, share), "{told}");
    }
    // By the collector's metrics: before the tail exact, behind a head what was sent, times two
    // where it is known that a trace stands for two.
    let counted = |way| count(way, "/spans_counted_by_the_collector") as f64;
    let sent = |way| count(way, "/spans_sent_to_the_collector") as f64;
    assert_eq!(counted(&tail), count(recorded, "/spans") as f64);
    let each = counted(&both) / sent(&both);
    assert!((1.2..=2.0).contains(&each), "each span counts {each} times");
    for way in [&head, &tail, &both] {
        assert_eq!(count(way, "/traces_not_whole"), 0, "{way:#}");
        let alone = count(way, "/orders/one_side_without_a_reason");
        assert_eq!(alone, 0, "orders torn apart by a share: {way:#}");
    }
}
