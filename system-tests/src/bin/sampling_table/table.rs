//! The counts, for eyes and for programs.

mod text;

use serde_json::{Value, json};

use crate::count::{Kinds, Way};
use crate::recording::Recording;
use crate::settings::Arguments;
use crate::traces::{Kind, Traces};

/// What came out.
pub(crate) struct Table {
    head: f64,
    head_before_tail: f64,
    tail_percent: u8,
    slow_ms: u64,
    recorded: Recorded,
    ways: [Way; 3],
}

/// The recording, counted.
struct Recorded {
    spans: usize,
    bytes: usize,
    traces: Kinds,
    orders: usize,
    faults: Vec<(String, usize)>,
}

impl Table {
    pub(crate) fn new(
        arguments: &Arguments,
        recording: &Recording,
        traces: &Traces,
        ways: [Way; 3],
    ) -> Self {
        Self {
            head: arguments.head,
            head_before_tail: arguments.head_before_tail,
            tail_percent: arguments.tail_percent,
            slow_ms: arguments.slow_ms,
            recorded: Recorded {
                spans: recording.spans().count(),
                bytes: recording.bytes(),
                traces: Kinds::of(traces, traces.kinds.keys().copied()),
                orders: traces.pairs.len(),
                faults: traces.faults.clone().into_iter().collect(),
            },
            ways,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let recorded = &self.recorded;
        let ways = self.ways.iter().map(|way| {
            json!({
                "way": way.name,
                "traces": by_kind(|kind| way.traces.all(kind)),
                "traces_of_requests": by_kind(|kind| way.traces.of_requests(kind)),
                "traces_not_whole": way.not_whole,
                "spans_stored": way.stored_spans,
                "spans_sent_to_the_collector": way.sent_spans,
                "bytes_sent_to_the_collector": way.sent_bytes,
                "spans_counted_by_the_collector": way.counted_spans,
                "orders": {
                    "both_sides": way.orders.both_sides,
                    "neither_side": way.orders.neither_side,
                    "one_side_failed_or_slow": way.orders.one_failed_or_slow,
                    "one_side_in_anothers_batch": way.orders.one_in_anothers_batch,
                    "one_side_without_a_reason": way.orders.one_without_a_reason,
                },
            })
        });
        json!({
            "settings": {
                "head_share": self.head,
                "head_share_before_tail": self.head_before_tail,
                "tail_percent": self.tail_percent,
                "slow_ms": self.slow_ms,
            },
            "recorded": {
                "traces": by_kind(|kind| recorded.traces.all(kind)),
                "traces_of_requests": by_kind(|kind| recorded.traces.of_requests(kind)),
                "spans": recorded.spans,
                "bytes": recorded.bytes,
                "orders_through_the_queue": recorded.orders,
                "faults_asked_for": object(recorded.faults.iter().cloned()),
            },
            "ways": ways.collect::<Vec<_>>(),
        })
    }
}

fn by_kind(count: impl Fn(Kind) -> usize) -> Value {
    object(Kind::ALL.map(|kind| (kind.name().to_owned(), count(kind))))
}

fn object(counts: impl IntoIterator<Item = (String, usize)>) -> Value {
    let counts = counts.into_iter();
    Value::Object(counts.map(|(name, count)| (name, count.into())).collect())
}
