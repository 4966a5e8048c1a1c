//! OTLP in its JSON form, written and read.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// A text.
pub(crate) fn text(value: impl Into<String>) -> Value {
    json!({ "stringValue": value.into() })
}

/// An attribute of whatever type.
pub(crate) fn attribute(key: impl Into<String>, value: &Value) -> Value {
    json!({ "key": key.into(), "value": value })
}

/// Now, in nanoseconds, and so many milliseconds before it.
pub(crate) fn before(milliseconds: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    (now.as_nanos() - u128::from(milliseconds) * 1_000_000).to_string()
}

/// A trace's id that ends in `number`. The rest is scattered, as shares are chosen by it.
pub(crate) fn trace_id(number: u64) -> String {
    let scattered = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{scattered:016x}{:016x}",
        scattered.rotate_left(29) ^ number
    )
}

/// A span that took 10 ms; the rest is set by its key.
pub(crate) fn span(trace: &str, number: u64, name: &str) -> Value {
    json!({
        "traceId": trace, "spanId": format!("{number:016x}"), "name": name, "kind": 2,
        "parentSpanId": if number == 1 { String::new() } else { format!("{:016x}", 1) },
        "startTimeUnixNano": before(10), "endTimeUnixNano": before(0),
    })
}

/// Spans of one process.
pub(crate) fn traces(service: &str, instance: &str, spans: &[Value]) -> Value {
    let resource = json!({ "attributes": [
        attribute("service.name", &text(service)),
        attribute("service.instance.id", &text(instance)),
    ]});
    json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": [{ "spans": spans }] }] })
}

/// What stands under `path` in each of the requests, lists opened.
pub(crate) fn all<'v>(requests: &'v [Value], path: &[&str]) -> Vec<&'v Value> {
    let mut found: Vec<_> = requests.iter().collect();
    for key in path {
        let next = found.iter().filter_map(|value| value.get(key));
        let opened = next.flat_map(|value| match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        });
        found = opened.collect();
    }
    found
}

/// The spans of requests.
pub(crate) fn spans(requests: &[Value]) -> Vec<&Value> {
    all(requests, &["resourceSpans", "scopeSpans", "spans"])
}

/// The value of a text under a key of an object with `attributes`.
pub(crate) fn told<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    let attributes = object["attributes"].as_array()?;
    let found = attributes
        .iter()
        .find(|attribute| attribute["key"] == key)?;
    found["value"]["stringValue"].as_str()
}
