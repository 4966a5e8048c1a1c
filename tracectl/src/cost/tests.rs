//! The arithmetic, by hand and by what must hold for every load.

use clap::Parser;

use super::strategy::{Kept, Strategy};
use super::volume::Volume;
use crate::config::Cost;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    cost: Cost,
}

fn given(line: &str) -> Cost {
    let words = ["cost", "--requests=100", "--services=4", "--spans=10"].into_iter();
    Line::try_parse_from(words.chain(line.split_whitespace()))
        .unwrap()
        .cost
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(1.0)
}

/// Loads of all kinds, the corners among them.
fn loads() -> impl Iterator<Item = Cost> {
    let shares = [0.0, 0.001, 0.1, 0.5, 1.0];
    let telling = [(0.0, 0.0), (0.01, 0.02), (0.3, 0.7), (1.0, 0.0)];
    let all = shares
        .into_iter()
        .flat_map(move |head| shares.map(|baseline| (head, baseline)));
    all.flat_map(move |(head, baseline)| telling.map(|telling| (head, baseline, telling)))
        .map(|(head, baseline, (errors, slow))| {
            given(&format!(
                "--head={head} --baseline={baseline} --errors={errors} --slow={slow}"
            ))
        })
}

#[test]
fn nothing_is_stored_that_was_not_exported_and_nothing_exported_that_was_not_begun() {
    for load in loads() {
        for strategy in Strategy::ALL {
            let volume = Volume::of(strategy, &load);
            let (begun, exported, stored) = (
                volume.spans_per_second,
                volume.exported_spans_per_second,
                volume.stored_spans_per_second,
            );
            let in_order = 0.0 <= stored && stored <= exported + 1e-9 && exported <= begun;
            assert!(in_order, "{volume:?} of {load:?}");
            let kept = volume.kept;
            let shares = [
                kept.failed_whole,
                kept.slow_whole,
                kept.ordinary_whole,
                kept.in_pieces,
            ];
            let possible = shares.iter().all(|share| (0.0..=1.0).contains(share));
            assert!(possible, "{kept:?} of {load:?}");
        }
    }
}

#[test]
fn a_head_that_keeps_all_is_none_and_changes_no_tail() {
    for load in loads().filter(|load| load.head == 1.0) {
        let kept = |strategy: Strategy| strategy.kept(&load);
        assert_eq!(kept(Strategy::HeadRatio), kept(Strategy::None));
        assert_eq!(kept(Strategy::ParentBased), kept(Strategy::None));
        assert_eq!(kept(Strategy::HeadAndTail), kept(Strategy::Tail));
    }
}

#[test]
fn a_tail_that_keeps_every_other_trace_stores_what_none_stores() {
    for load in loads().filter(|load| load.baseline == 1.0) {
        let stored = |strategy: Strategy| strategy.kept(&load).stored;
        assert!(close(stored(Strategy::Tail), stored(Strategy::None)));
    }
}

#[test]
fn services_that_draw_for_themselves_keep_pieces() {
    let kept = Strategy::HeadRatio.kept(&given("--errors=0 --slow=0 --head=0.5"));
    assert!(close(kept.failed_whole, 0.0625), "{kept:?}");
    assert!(close(kept.in_pieces, 1.0 - 2.0 * 0.0625), "{kept:?}");
    assert!(close(kept.stored, 0.5), "{kept:?}");
}

/// docs/sampling.md, "The same traffic, three ways": 135 failed, 232 slow and 5,542 other traces.
#[test]
fn the_shares_are_those_that_were_counted() {
    let all = 135.0 + 232.0 + 5542.0;
    let counted = |head: f64, strategy: Strategy| {
        let (errors, slow) = (135.0 / all, 232.0 / all);
        let line = format!("--errors={errors} --slow={slow} --baseline=0.05 --head={head}");
        strategy.kept(&given(&line)).stored * all
    };
    for (head, strategy, traces) in [
        (0.1, Strategy::ParentBased, 567.0),
        (0.1, Strategy::Tail, 645.0),
        (0.5, Strategy::HeadAndTail, 467.0),
    ] {
        let calculated: f64 = counted(head, strategy);
        let difference = (calculated - traces).abs() / all;
        assert!(
            difference < 0.005,
            "{strategy:?}: {calculated}, counted {traces}"
        );
    }
}

#[test]
fn volumes_are_what_a_hand_calculates() {
    let load = given(
        "--errors=0.1 --slow=0.1 --head=0.5 --baseline=0.25 --decision-wait=8s --retention=10 \
         --bytes-per-span=400 --stored-bytes-per-span=100 --sampler-bytes-per-span=2000 \
         --collector-us-per-span=50 --sampler-us-per-span=30 --tail-export-us-per-span=10 \
         --export-us-per-span=5 \
         --log-lines=2 --bytes-per-log-line=300 --collector-us-per-log-line=40 \
         --price-gb-stored-month=2 --price-gb-transferred=1 --price-vcpu-month=10",
    );
    let tail = Volume::of(Strategy::Tail, &load);
    // 1,000 spans a second, of which 0.2 + 0.8 · 0.25 = 0.4 are stored; 200 log lines.
    assert!(close(tail.stored_spans_per_second, 400.0), "{tail:?}");
    assert!(close(tail.bytes_per_second_to_collector, 460_000.0));
    assert!(close(tail.bytes_per_second_to_backend, 220_000.0));
    assert!(close(tail.waiting_traces, 800.0));
    assert!(close(tail.sampler_bytes, 16_000_000.0));
    // 1,000 · 80 + 400 · 10 + 200 · 40 µs.
    assert!(close(tail.collector_vcpu, 0.092));
    assert!(close(tail.stored_bytes_per_day, 8_640_000_000.0));
    let price = tail.price_per_month.unwrap();
    assert!(close(price.storage, 86.4 * 2.0));
    assert!(close(price.transfer, 0.68 * 2_592.0));
    assert!(close(price.vcpu, 0.92));
    assert!(close(
        price.total,
        price.storage + price.transfer + price.vcpu
    ));
    let both = Volume::of(Strategy::HeadAndTail, &load);
    // 0.2 · 0.5 + 0.8 · 0.25: the head's half holds the tail's quarter.
    assert!(close(both.stored_spans_per_second, 300.0), "{both:?}");
    assert!(close(both.sampler_bytes, 8_000_000.0));
    let head = Volume::of(Strategy::ParentBased, &load);
    assert_eq!((head.sampler_bytes, head.waiting_traces), (0.0, 0.0));
    assert!(close(head.collector_vcpu, 0.0355));
}

#[test]
fn without_prices_there_is_no_money() {
    let load = given("--errors=0.01 --slow=0.01");
    for strategy in Strategy::ALL {
        assert!(Volume::of(strategy, &load).price_per_month.is_none());
    }
}

#[test]
fn no_telling_trace_is_counted_twice() {
    let Kept { stored, .. } = Strategy::Tail.kept(&given("--errors=0.3 --slow=0.7 --baseline=1"));
    assert!(close(stored, 1.0), "{stored}");
}
