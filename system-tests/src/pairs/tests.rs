//! Verdicts on spans made by hand: the check must be able to fail.

use super::story::{BATCH, PROCESS};
use super::*;
use crate::ledger::Kind;

const CHECKOUT: u128 = 1;
const WORK: u128 = 2;

fn span(trace: u128, random: u64, kind: Kind, name: &str, id: u64, parent: u64) -> LedgerSpan {
    LedgerSpan {
        service: "a".into(),
        name: name.into(),
        kind,
        trace,
        random,
        id,
        parent,
        links: Box::new([]),
        order: None,
        failed: false,
        error: None,
        time: (0, 0),
        events: Box::new([]),
    }
}

fn checkout(random: u64) -> Vec<LedgerSpan> {
    let span = |name, id, parent| span(CHECKOUT, random, Kind::Internal, name, id, parent);
    vec![
        span("POST /checkout", 1, 0),
        span("GET /quote/{sku}", 2, 1),
        span("send order.created", 3, 1),
    ]
}

fn work(random: u64) -> Vec<LedgerSpan> {
    let mut batch = span(WORK, random, Kind::Consumer, BATCH, 4, 0);
    let mut process = span(WORK, random, Kind::Consumer, PROCESS, 5, 4);
    batch.links = Box::new([(CHECKOUT, 3)]);
    process.links = batch.links.clone();
    let child = span(WORK, random, Kind::Internal, "reserve_inventory", 6, 5);
    vec![batch, process, child]
}

fn pairs(spans: &[LedgerSpan]) -> Pairs {
    let order = Acknowledged {
        order_id: "o".to_owned(),
        trace_id: CHECKOUT,
    };
    Pairs::of(spans, &[order])
}

const HIGH: u64 = (1 << 56) - 1;

#[test]
fn a_pair_is_kept_or_dropped_or_broken() {
    let kept = pairs(&[checkout(HIGH), work(HIGH)].concat());
    assert!(kept.is_clean() && kept.kept == 1, "{kept}");
    let dropped = pairs(&[]);
    assert!(dropped.is_clean() && dropped.dropped == 1, "{dropped}");
    for half in [checkout(HIGH), work(HIGH)] {
        assert_eq!(pairs(&half).broken, ["o"]);
    }
}

#[test]
fn a_pair_that_lacks_a_span_is_not_whole() {
    for missing in 0..6 {
        let mut spans = [checkout(HIGH), work(HIGH)].concat();
        spans.remove(missing);
        assert!(!pairs(&spans).is_clean(), "{missing}");
    }
}

#[test]
fn a_batch_without_its_producers_randomness_is_broken_for_later_samplers() {
    for (one, other) in [(HIGH, 0), (0, HIGH)] {
        let pairs = pairs(&[checkout(one), work(other)].concat());
        assert!(pairs.later.iter().all(|later| later.broken == 1), "{pairs}");
    }
}
