//! Decisions and counts, on recordings of a few spans.

use std::fs::File;

use shared_telemetry::otlp::proto::trace::v1::span::{Link, SpanKind};
use shared_telemetry::otlp::proto::trace::v1::status::StatusCode;
use shared_telemetry::otlp::proto::trace::v1::{ResourceSpans, ScopeSpans, Status};

use crate::count::Way;
use crate::head::Head;
use crate::otlp::{self, Export, Id, Span};
use crate::recording::Recording;
use crate::traces::{Kind, Traces};

/// Traces whose random numbers are near the two ends.
const HIGH: u128 = 0xa_00ff_0000_0000_0001;
const LOW: u128 = 0xa_0000_0000_0000_0002;
const BATCH: u128 = 0xb_0000_0000_0000_0003;
const SLOW_MS: u64 = 500;

fn span(trace: u128, id: u64, parent: u64, kind: SpanKind) -> Span {
    let bytes = |id: u64| {
        if id == 0 {
            Vec::new()
        } else {
            id.to_be_bytes().to_vec()
        }
    };
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: bytes(id),
        parent_span_id: bytes(parent),
        kind: kind.into(),
        end_time_unix_nano: 10_000_000,
        ..Span::default()
    }
}

fn linked(mut span: Span, to: &[Id]) -> Span {
    let link = |(trace, id): &Id| Link {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        ..Link::default()
    };
    span.links = to.iter().map(link).collect();
    span
}

fn recording(spans: Vec<Span>) -> Recording {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    Recording {
        exports: vec![Export { resource_spans }],
    }
}

/// Two orders, and the batch of both.
fn two_orders() -> Recording {
    let [high, low] = [HIGH, LOW].map(|trace| (trace, 2));
    let batch = |id, parent| span(BATCH, id, parent, SpanKind::Consumer);
    recording(vec![
        span(HIGH, 1, 0, SpanKind::Server),
        span(HIGH, 2, 1, SpanKind::Producer),
        span(LOW, 1, 0, SpanKind::Server),
        span(LOW, 2, 1, SpanKind::Producer),
        linked(batch(1, 0), &[high, low]),
        linked(batch(2, 1), &[high]),
        span(BATCH, 3, 2, SpanKind::Client),
        linked(batch(4, 1), &[low]),
        span(BATCH, 5, 4, SpanKind::Client),
        span(BATCH, 6, 1, SpanKind::Client),
    ])
}

fn kept_at_the_head(recording: &Recording, share: f64) -> Vec<Id> {
    let traces = Traces::of(recording, SLOW_MS);
    let kept = Head::new(&traces, share).sends_on(recording);
    kept.spans().map(otlp::id).collect()
}

#[test]
fn a_batch_is_kept_for_one_of_its_orders_and_shows_only_that_one() {
    let kept = kept_at_the_head(&two_orders(), 0.5);
    let batch = [1, 2, 3, 6].map(|id| (BATCH, id));
    assert_eq!(kept, [&[(HIGH, 1), (HIGH, 2)][..], &batch].concat());
    assert_eq!(kept_at_the_head(&two_orders(), 1.0).len(), 10);
    assert_eq!(kept_at_the_head(&two_orders(), 0.001), []);
}

#[test]
fn a_random_number_in_the_state_counts_and_the_trace_id_does_not() {
    let mut recording = two_orders();
    for span in &mut recording.exports[0].resource_spans[0].scope_spans[0].spans {
        let number = if otlp::id(span).0 == LOW { 'f' } else { '0' };
        span.trace_state = format!("ot=rv:{},vendor=1", number.to_string().repeat(14));
    }
    let traces = Traces::of(&recording, SLOW_MS);
    let kept = Head::new(&traces, 0.25).sends_on(&recording);
    let states: Vec<_> = kept
        .spans()
        .map(|span| (otlp::id(span).0, &*span.trace_state))
        .collect();
    assert_eq!(states[0], (LOW, "ot=th:c;rv:ffffffffffffff,vendor=1"));
    assert!(states.iter().all(|(trace, _)| *trace != HIGH), "{states:?}");
}

#[test]
fn a_trace_is_judged_by_its_spans() {
    let mut failed = span(HIGH, 2, 1, SpanKind::Client);
    failed.status = Some(Status {
        code: StatusCode::Error.into(),
        ..Status::default()
    });
    // Two short spans with a long pause between them.
    let mut late = span(LOW, 2, 1, SpanKind::Client);
    late.end_time_unix_nano = SLOW_MS * 1_000_000;
    let recording = recording(vec![
        span(HIGH, 1, 0, SpanKind::Server),
        failed,
        span(LOW, 1, 0, SpanKind::Server),
        late,
        span(BATCH, 1, 0, SpanKind::Server),
    ]);
    let traces = Traces::of(&recording, SLOW_MS);
    let kinds = [HIGH, LOW, BATCH].map(|trace| traces.kinds[&trace]);
    assert_eq!(kinds, [Kind::Failed, Kind::Slow, Kind::Ordinary]);
}

#[test]
fn half_traces_and_halves_of_orders_are_counted() {
    let recording = two_orders();
    let traces = Traces::of(&recording, SLOW_MS);
    let way = |lost: &[Id]| {
        let all = recording.spans().map(otlp::id);
        let kept = all.filter(|id| !lost.contains(id)).collect();
        Way::new("tail", &traces, &recording, &kept)
    };
    assert_eq!((way(&[]).not_whole, way(&[]).orders.both_sides), (0, 2));
    assert_eq!(way(&[(HIGH, 1)]).not_whole, 1);
    // The order of the low trace is gone, but for its part of the batch.
    let one = way(&[(LOW, 1), (LOW, 2)]);
    assert_eq!((one.not_whole, one.orders.both_sides), (0, 1));
    assert_eq!(one.orders.one_in_anothers_batch, 1);
    let without_the_batch: Vec<_> = (1..=6).map(|id| (BATCH, id)).collect();
    assert_eq!(way(&without_the_batch).orders.one_without_a_reason, 2);
}

#[test]
fn a_recording_is_the_same_after_it_was_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traffic.jsonl");
    let recording = two_orders();
    recording.write(&mut File::create(&file).unwrap()).unwrap();
    assert_eq!(Recording::read(&file).unwrap().exports, recording.exports);
    std::fs::write(&file, "{}\nnothing\n").unwrap();
    let error = Recording::read(&file).unwrap_err();
    assert!(
        error.contains("line 2 is no OTLP export of traces"),
        "{error}"
    );
}
