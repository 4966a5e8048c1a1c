//! What is written is what the stock exporter would have written, byte for byte.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, SpanData, SpanEvents, SpanExporter as _, SpanLinks,
};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

use super::Encoder;
use crate::distinct::Distinct;
use crate::limits::LengthLimited;
use crate::redact::Redacted;
use crate::tracer::Flagged;

/// Empty, short, of more than 127 bytes, and sometimes of more than 16 KiB: each length has
/// another length.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        16 => "\\PC{0,12}",
        2 => "(a|[0-9]{1,3}|@|b[.]de| |token=|/)*",
        1 => Just("4242424242424242".to_owned()),
        4 => "[a-z]{100,200}",
        1 => (16_300..16_500_usize).prop_map(|len| "a".repeat(len)),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = || any_text().prop_map(StringValue::from);
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::I64),
        any::<f64>().prop_map(Value::F64),
        text().prop_map(Value::String),
        vec(any::<bool>(), 0..4).prop_map(|all| Value::Array(Array::Bool(all))),
        vec(any::<i64>(), 0..4).prop_map(|all| Value::Array(Array::I64(all))),
        vec(any::<f64>(), 0..4).prop_map(|all| Value::Array(Array::F64(all))),
        vec(text(), 0..4).prop_map(|all| Value::Array(Array::String(all))),
    ]
}

fn any_attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let key = prop_oneof!["[a-z.]{0,20}", "app[.](note|token|a)", "[ab]@b[.]de"];
    let attribute = (key, any_value());
    vec(
        attribute.prop_map(|(key, value)| KeyValue::new(key, value)),
        0..4,
    )
}

/// Before 1970 as well.
fn any_time() -> impl Strategy<Value = SystemTime> {
    let after = any::<u32>().prop_flat_map(|seconds| {
        let nanos = 0..1_000_000_000_u32;
        nanos.prop_map(move |nanos| SystemTime::UNIX_EPOCH + Duration::new(seconds.into(), nanos))
    });
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    prop_oneof![9 => after, 1 => Just(before)]
}

fn any_context() -> impl Strategy<Value = SpanContext> {
    let state = vec(("[a-z][a-z0-9]{0,8}", "[a-z0-9]{1,80}"), 0..4);
    let state = state.prop_map(|pairs| TraceState::from_key_value(pairs).unwrap_or_default());
    let ids = (any::<u128>(), any::<u64>());
    (ids, any::<u8>(), any::<bool>(), state).prop_map(|((trace, span), flags, remote, state)| {
        let (trace, span) = (TraceId::from(trace), SpanId::from(span));
        SpanContext::new(trace, span, TraceFlags::new(flags), remote, state)
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    (any_text(), any_time(), any_attributes(), 0..3_u32)
        .prop_map(|(name, at, attributes, dropped)| Event::new(name, at, attributes, dropped))
}

fn any_link() -> impl Strategy<Value = Link> {
    (any_context(), any_attributes(), 0..300_u32)
        .prop_map(|(context, attributes, dropped)| Link::new(context, attributes, dropped))
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Unset),
        Just(Status::Ok),
        any_text().prop_map(|description| Status::Error {
            description: Cow::Owned(description)
        }),
    ]
}

fn any_scope() -> impl Strategy<Value = InstrumentationScope> {
    let plain = InstrumentationScope::builder("plain").build();
    let versioned = InstrumentationScope::builder("versioned").with_version("1.2.3");
    let full = InstrumentationScope::builder("")
        .with_version("1")
        .with_schema_url("https://opentelemetry.io/schemas/1.40.0")
        .with_attributes([KeyValue::new("a", 1), KeyValue::new("b", "two")])
        .build();
    prop_oneof![Just(plain), Just(versioned.build()), Just(full)]
}

prop_compose! {
    fn any_span()(
        span_context in any_context(),
        (parent, parent_span_is_remote) in (prop_oneof![Just(0), any::<u64>()], any::<bool>()),
        span_kind in prop::sample::select(vec![
            SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer,
            SpanKind::Consumer,
        ]),
        name in any_text(),
        (start_time, end_time) in (any_time(), any_time()),
        attributes in any_attributes(),
        dropped in (any::<u32>(), any::<u32>(), 0..2_u32),
        events in vec(any_event(), 0..3),
        links in vec(any_link(), 0..3),
        status in any_status(),
        instrumentation_scope in any_scope(),
    ) -> SpanData {
        let (mut of_events, mut of_links) = (SpanEvents::default(), SpanLinks::default());
        (of_events.events, of_events.dropped_count) = (events, dropped.1);
        (of_links.links, of_links.dropped_count) = (links, dropped.2);
        SpanData {
            span_context,
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote,
            span_kind,
            name: name.into(),
            start_time,
            end_time,
            attributes,
            dropped_attributes_count: dropped.0,
            events: of_events,
            links: of_links,
            status,
            instrumentation_scope,
        }
    }
}

fn any_resource() -> impl Strategy<Value = Resource> {
    (any_attributes(), any::<bool>()).prop_map(|(attributes, with_schema)| {
        let builder = Resource::builder_empty();
        if with_schema {
            builder
                .with_schema_url(attributes, "https://opentelemetry.io/schemas/1.40.0")
                .build()
        } else {
            builder.with_attributes(attributes).build()
        }
    })
}

/// The longest value: some texts are longer.
const LONGEST_VALUE: usize = 150;

/// What the stock exporter sends, behind all that is done to spans before.
fn stock(batch: Vec<SpanData>, resource: &Resource) -> Vec<u8> {
    let kept = InMemorySpanExporter::default();
    let limited = LengthLimited::new(Flagged(Distinct::new(kept.clone())), LONGEST_VALUE);
    let done = Redacted(limited).export(batch).now_or_never();
    done.expect("it waits for nothing").expect("it can't fail");
    let batch = kept.get_finished_spans().expect("no panic");
    let resource_spans = group_spans_by_resource_and_scope(batch, &resource.into());
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_the_stock_exporter_sends_and_so_it_is_the_next_time(
        batch in vec(any_span(), 0..6), resource in any_resource()
    ) {
        let mut encoder = Encoder::new(LONGEST_VALUE);
        encoder.set_resource(&resource);
        let stock = stock(batch.clone(), &resource);
        for time in ["first", "second"] {
            let written = encoder.request(&mut batch.clone());
            let read = ExportTraceServiceRequest::decode(written.as_slice());
            prop_assert!(written == stock, "the {} time:\n{:#?}", time, read);
        }
    }
}

fn one(name: &'static str, attributes: Vec<KeyValue>) -> SpanData {
    SpanData {
        span_context: SpanContext::NONE,
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: name.into(),
        start_time: SystemTime::UNIX_EPOCH,
        end_time: SystemTime::UNIX_EPOCH,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

#[test]
fn what_is_known_is_told_from_what_is_like_it() {
    let (texts, keys) = (
        ["ab", "b", "", "ab@c.de", "aab"],
        ["k.a", "k.aa", "token", "a@b.de"],
    );
    let values = texts.map(Value::from).into_iter();
    let values = values.chain([0, 1, -1, 97, i64::MAX, 4_242_424_242_424_242].map(Value::from));
    let values: Vec<_> = values.collect();
    let all = keys.iter().flat_map(|key| {
        let one_by_one = values
            .iter()
            .map(|value| vec![KeyValue::new(*key, value.clone())]);
        one_by_one.map(|attributes| one("name", attributes))
    });
    let all: Vec<_> = all.collect();
    let mut encoder = Encoder::new(LONGEST_VALUE);
    let resource = Resource::builder_empty().build();
    encoder.set_resource(&resource);
    for span in all.iter().chain(&all).chain(all.iter().rev()) {
        let written = encoder.request(&mut [span.clone()]);
        assert_eq!(written, stock(vec![span.clone()], &resource), "{span:?}");
    }
}

#[test]
fn keys_that_become_the_same_are_one() {
    let attribute = |key: &'static str, value| KeyValue::new(key, value);
    let span = one(
        "to ada@example.com",
        vec![
            attribute("ada@example.com", 1),
            attribute("a", 2),
            attribute("bob@example.com", 3),
            attribute("a", 4),
        ],
    );
    let mut encoder = Encoder::new(LONGEST_VALUE);
    let resource = Resource::builder_empty().build();
    encoder.set_resource(&resource);
    let expected = stock(vec![span.clone()], &resource);
    for _ in 0..2 {
        assert_eq!(encoder.request(&mut [span.clone()]), expected);
    }
    let text = String::from_utf8_lossy(&expected);
    assert!(!text.contains("example.com"), "{text}");
}

#[test]
fn a_number_takes_the_bytes_that_are_counted_for_it() {
    for bits in 0..64 {
        for value in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
            let mut out = Vec::new();
            super::wire::varint(&mut out, value);
            assert_eq!(out.len(), super::wire::varint_len(value), "{value}");
        }
    }
}
