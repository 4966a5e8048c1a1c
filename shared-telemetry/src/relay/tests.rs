//! What is taken of a stranger's batch, and what is refused.

use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use serde_json::json;

use super::*;

const NOW: u64 = 1_900_000_000_000_000_000;

fn read(batch: &Value) -> Result<Vec<SpanData>, Refused> {
    let scope = InstrumentationScope::builder("page").build();
    let now = UNIX_EPOCH + Duration::from_nanos(NOW);
    read::batch(batch, "page", &scope, now)
}

fn span() -> Value {
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "EEE19B7EC3C1B174",
        "parentSpanId": "",
        "name": "click",
        "kind": 3,
        "flags": 3,
        "startTimeUnixNano": (NOW - 2_000_000).to_string(),
        "endTimeUnixNano": NOW - 1_000_000,
        "attributes": [
            {"key": "text", "value": {"stringValue": "a"}},
            {"key": "whole", "value": {"intValue": "-7"}},
            {"key": "whole.too", "value": {"intValue": 7}},
            {"key": "fraction", "value": {"doubleValue": 0.5}},
            {"key": "truth", "value": {"boolValue": true}},
        ],
        "events": [{"name": "seen", "timeUnixNano": (NOW - 1_500_000).to_string()}],
        "links": [{"traceId": "not read", "spanId": "not read"}],
        "traceState": "not=read",
        "status": {"code": 2, "message": "no answer"},
    })
}

fn request(service: &str, spans: Value) -> Value {
    let name = json!({"key": "service.name", "value": {"stringValue": service}});
    json!({"resourceSpans": [
        {"resource": {"attributes": [name]}, "scopeSpans": [{"spans": spans}]},
    ]})
}

/// A batch of one span with one field changed.
fn with(field: &str, value: Value) -> Result<Vec<SpanData>, Refused> {
    let mut span = span();
    span[field] = value;
    read(&request("page", json!([span])))
}

#[track_caller]
fn sentence(result: Result<Vec<SpanData>, Refused>) -> String {
    result.expect_err("a refusal").to_string()
}

#[test]
fn a_span_is_read_with_all_that_a_page_has_to_say() {
    let spans = read(&request("page", json!([span()]))).unwrap();
    let [span] = &spans[..] else {
        panic!("{spans:?}")
    };
    let context = &span.span_context;
    assert_eq!(
        context.trace_id().to_string(),
        "5b8efff798038103d269b633813fc60c"
    );
    assert_eq!(context.span_id().to_string(), "eee19b7ec3c1b174");
    assert_eq!(context.trace_flags().to_u8(), 3);
    assert_eq!(span.span_kind, SpanKind::Client);
    let lasted = span.end_time.duration_since(span.start_time).unwrap();
    assert_eq!(lasted, Duration::from_millis(1));
    let values: Vec<_> = span
        .attributes
        .iter()
        .map(|attribute| attribute.value.to_string())
        .collect();
    assert_eq!(values, ["a", "-7", "7", "0.5", "true"]);
    assert_eq!(span.events.len(), 1);
    assert_eq!(span.status, Status::error("no answer"));
    assert_eq!(span.instrumentation_scope.name(), "page");
    // What nobody reads does not go on.
    assert!(!format!("{span:?}").contains("read"), "{span:?}");
}

#[test]
fn a_span_needs_little_and_a_batch_nothing() {
    let least = json!({
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
        "name": "load", "startTimeUnixNano": NOW, "endTimeUnixNano": NOW, "surprise": [{}],
    });
    let spans = read(&request("page", json!([least]))).unwrap();
    assert_eq!(spans[0].span_kind, SpanKind::Internal);
    assert_eq!(spans[0].span_context.trace_flags().to_u8(), 1);
    assert_eq!(read(&json!({})).unwrap().len(), 0);
}

#[test]
fn null_stands_for_what_is_left_out() {
    let fields = [
        "parentSpanId",
        "kind",
        "flags",
        "attributes",
        "events",
        "status",
    ];
    for field in fields {
        assert!(with(field, Value::Null).is_ok(), "{field}");
    }
    let error = json!({"code": 2, "message": null});
    assert_eq!(with("status", error).unwrap()[0].status, Status::error(""));
}

#[test]
fn what_is_no_request_is_refused() {
    for (batch, accepted) in [
        (json!([]), "an object with resourceSpans"),
        (json!({"resourceSpans": {}}), "resourceSpans must be a list"),
        (
            json!({"resourceSpans": [7]}),
            "resourceSpans[0] must be an object",
        ),
    ] {
        let sentence = sentence(read(&batch));
        assert!(sentence.contains(accepted), "{sentence}");
    }
}

#[test]
fn spans_of_another_service_are_refused_even_beside_good_ones() {
    let mut mixed = request("page", json!([span()]));
    let other = request("bank", json!([]))["resourceSpans"][0].take();
    mixed["resourceSpans"].as_array_mut().unwrap().push(other);
    assert_eq!(read(&mixed), Err(Refused::Foreign("page")));
    let nobody = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span()]}]}]});
    assert_eq!(read(&nobody), Err(Refused::Foreign("page")));
    let mut twice = request("page", json!([]));
    let names = &mut twice["resourceSpans"][0]["resource"]["attributes"];
    let name = names[0].clone();
    names.as_array_mut().unwrap().push(name);
    assert_eq!(read(&twice), Err(Refused::Foreign("page")));
}

#[test]
fn a_bad_field_is_named_with_its_place_and_what_is_accepted() {
    let long = "x".repeat(5_000);
    let many = json!(vec![json!({"key": "k", "value": {"boolValue": true}}); 33]);
    let attribute = |value: Value| json!([{"key": "k", "value": value}]);
    for (field, value, accepted) in [
        ("traceId", json!("0".repeat(32)), "32 hex digits"),
        ("traceId", json!("5b8e"), "32 hex digits"),
        ("traceId", json!("é".repeat(16)), "32 hex digits"),
        ("traceId", Value::Null, "32 hex digits"),
        ("spanId", json!("0000000000000000"), "16 hex digits"),
        ("spanId", json!("+ee19b7ec3c1b174"), "16 hex digits"),
        ("parentSpanId", json!("0000000000000000"), "16 hex digits"),
        ("parentSpanId", json!("eee19b7ec3c1b174"), "another span"),
        ("name", json!(""), "1 to 128"),
        ("name", json!(long), "1 to 128"),
        ("kind", json!(2), "3 (CLIENT)"),
        ("kind", json!("SPAN_KIND_CLIENT"), "3 (CLIENT)"),
        ("startTimeUnixNano", json!("0"), "within an hour"),
        ("startTimeUnixNano", json!(-1), "nanoseconds"),
        ("startTimeUnixNano", json!(NOW), "not be before"),
        ("endTimeUnixNano", json!(u64::MAX), "within an hour"),
        ("endTimeUnixNano", json!("soon"), "nanoseconds"),
        ("attributes", many, "attributes must be 32 at most"),
        (
            "attributes",
            attribute(json!({"stringValue": long})),
            "2048 bytes",
        ),
        (
            "attributes",
            attribute(json!({"intValue": 1.5})),
            "stringValue",
        ),
        (
            "attributes",
            attribute(json!({"arrayValue": {}})),
            "stringValue",
        ),
        ("attributes", json!([{"value": {}}]), "attributes[0].key"),
        ("events", json!([{"name": "e"}]), "events[0].timeUnixNano"),
        ("status", json!({"code": 3}), "0, 1 or 2"),
        (
            "status",
            json!({"code": 2, "message": long}),
            "status.message must be a text of 0 to 256 bytes",
        ),
        ("status", json!("bad"), "object"),
    ] {
        let sentence = sentence(with(field, value));
        let place = "resourceSpans[0].scopeSpans[0].spans[0].";
        assert!(
            sentence.starts_with(place) && sentence.contains(accepted),
            "{field}: {sentence}"
        );
    }
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    let sentence = sentence(with("name", json!("canary".repeat(100))));
    assert!(!sentence.contains("canary"), "{sentence}");
}

#[test]
fn a_batch_of_too_many_spans_is_refused_whatever_they_are() {
    let spans = |count| request("page", json!(vec![json!({}); count]));
    assert_eq!(read(&spans(257)), Err(Refused::TooMany));
    assert!(matches!(read(&spans(256)), Err(Refused::Malformed(_))));
}
