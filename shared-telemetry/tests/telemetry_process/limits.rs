//! The limits of a span, seen by the collector: what is there, and what it says is missing.

use opentelemetry::trace::{
    Link, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, global};

use crate::child::{Work, run};
use crate::collector::{Collector, attributes};

/// More than any limit on numbers.
const MANY: i64 = 150;
const LONG: usize = 5_000;

pub(crate) fn too_much() {
    let numbered = |number: i64| KeyValue::new(format!("key.{number}"), number);
    let all = || (0..MANY).map(numbered).collect::<Vec<_>>();
    let linked = SpanContext::new(
        TraceId::from_bytes([1; 16]),
        SpanId::from_bytes([2; 8]),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    let tracer = global::tracer("test");
    let links = (0..MANY)
        .map(|_| Link::new(linked.clone(), all(), 0))
        .collect();
    let span = tracer.span_builder("too much").with_links(links);
    let context = Context::new().with_span(span.start(&tracer));
    let span = context.span();
    span.set_attribute(KeyValue::new("long", "ä".repeat(LONG)));
    (0..MANY).for_each(|number| span.set_attribute(numbered(number)));
    (0..MANY).for_each(|_| span.add_event("event", all()));
    span.end();
    tracing::info!(note = "ö".repeat(LONG), "long");
}

/// (attributes, events, links, attributes of the first event, of the first link, longest value),
/// and how many of each but the last the span says are missing.
type Counted = ([usize; 6], [u32; 5]);

async fn counted(environment: &[(&str, &str)]) -> Counted {
    let collector = Collector::http().await;
    let ended = run(Work::TooMuch, &collector.environment(environment)).await;
    assert_eq!(ended.stopped().0, "ok");
    let span = collector.span("too much");
    let (event, link) = (&span.events[0], &span.links[0]);
    let long = &attributes(&span.attributes)["long"];
    let there = [
        span.attributes.len(),
        span.events.len(),
        span.links.len(),
        event.attributes.len(),
        link.attributes.len(),
        long.chars().count(),
    ];
    let missing = [
        span.dropped_attributes_count,
        span.dropped_events_count,
        span.dropped_links_count,
        event.dropped_attributes_count,
        link.dropped_attributes_count,
    ];
    let logs = collector.logs();
    let note = &attributes(&logs[0].attributes)["note"];
    assert_eq!(
        note.chars().count(),
        there[5],
        "log records have the same limit"
    );
    (there, missing)
}

#[tokio::test]
async fn by_default_the_limits_are_the_specifications_and_a_value_has_4096_characters() {
    let expected = ([128, 128, 128, 128, 128, 4_096], [23, 22, 22, 22, 22]);
    assert_eq!(counted(&[]).await, expected);
}

#[tokio::test]
async fn each_limit_can_be_set_and_the_span_says_how_much_is_missing() {
    let limits = [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "2"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "3"),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "4"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "5"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "6"),
    ];
    let expected = ([1, 2, 3, 4, 5, 6], [150, 148, 147, 146, 145]);
    assert_eq!(counted(&limits).await, expected);
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_told_and_the_default_holds() {
    let collector = Collector::http().await;
    let environment = collector.environment(&[("OTEL_SPAN_EVENT_COUNT_LIMIT", "few")]);
    let ended = run(Work::TooMuch, &environment).await;
    assert_eq!(
        ended.warnings(),
        [
            "OTEL_SPAN_EVENT_COUNT_LIMIT is \"few\": expected a whole number from 0; using the default"
        ]
    );
    assert_eq!(collector.span("too much").events.len(), 128);
}
