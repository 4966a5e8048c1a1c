//! Secrets in spans that a browser hands over, in every field that is read of them.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Client;
use serde_json::{Value, json};

use super::Canaries;
use crate::Demo;

/// Hands a batch over, as a page that is careless with secrets would.
pub(super) async fn send(demo: &Demo, canaries: &Canaries) {
    let url = format!("{}/telemetry/v1/traces", demo.url("gateway"));
    let taken = Client::new().post(url).json(&batch(canaries)).send().await;
    let status = taken.expect("an answer").status();
    assert!(status.is_success(), "the gateway takes no spans: {status}");
}

fn batch(canaries: &Canaries) -> Value {
    let mail = |what: &str| canaries.mail(&format!("{what} of a page"));
    let named = span(&format!("load {}", mail("a span's name")), canaries);
    let mut failed = span("load_items", canaries);
    failed["status"] = json!({"code": 2, "message": format!("no {}", mail("a status"))});
    // Not read, so it can't go on: a test says so.
    failed["traceState"] = json!(format!("vendor={}", mail("tracestate")));
    failed["links"] = json!([{
        "traceId": canaries.trace_id(), "spanId": "00f067aa0ba902b7",
        "traceState": format!("vendor={}", mail("tracestate of a link")),
        "attributes": [text("app.note", &mail("a link"))],
    }]);
    let mut told = span("load_items", canaries);
    told["attributes"] = json!(attributes("a span", canaries));
    let event = |name: &str| {
        json!({
            "name": name, "timeUnixNano": nanos(),
            "attributes": attributes(&format!("the event {name}"), canaries),
        })
    };
    let named_event = format!("clicked {}", mail("an event's name"));
    told["events"] = json!([event("exception"), {"name": named_event, "timeUnixNano": nanos()}]);
    let resource = [
        text("service.name", "storefront"),
        text("app.owner", &mail("the resource")),
    ];
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{
            "scope": {"name": mail("the scope"), "version": mail("the scope's version")},
            "spans": [named, failed, told],
        }],
    }]})
}

fn nanos() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_nanos().to_string()
}

fn text(key: &str, text: &str) -> Value {
    json!({"key": key, "value": {"stringValue": text}})
}

fn span(name: &str, canaries: &Canaries) -> Value {
    json!({
        "traceId": canaries.trace_id(), "spanId": "00f067aa0ba902b8", "name": name, "kind": 1,
        "flags": 3, "startTimeUnixNano": nanos(), "endTimeUnixNano": nanos(),
    })
}

/// Every type that is taken, every way in which a secret is known.
fn attributes(place: &str, canaries: &Canaries) -> Vec<Value> {
    let of = |what: &str| format!("{what} of {place} of a page");
    let word = |what: &str| canaries.word(&of(what));
    let mail = |what: &str| canaries.mail(&of(what));
    let fraction = json!(canaries.number(&of("a fraction")));
    let form = format!("GET /a?token={}&page=2", word("a query in a text"));
    let json_in_text = json!({"password": word("JSON in a text"), "n": 1}).to_string();
    vec![
        text("app.note", &format!("no mailbox {}", mail("a text"))),
        text("app.card", &canaries.card(&of("a text"))),
        text("app.form", &form),
        text("app.json", &json_in_text),
        text("app.password", &word("password")),
        text("coupon", &canaries.coupon(&of("coupon"))),
        text(
            "url.full",
            &format!("http://a/?coupon={}", canaries.coupon(&of("url.full"))),
        ),
        text(
            "exception.message",
            &format!("no mailbox {}", mail("exception.message")),
        ),
        text(
            "exception.stacktrace",
            &format!("at a\n  token={}\nat b", word("exception.stacktrace")),
        ),
        text(&mail("a key"), "x"),
        json!({"key": "app.int", "value": {"intValue": canaries.number(&of("a number"))}}),
        json!({"key": "app.fraction", "value": {"doubleValue": fraction}}),
        json!({"key": "app.pin", "value": {"intValue": canaries.number(&of("pin"))}}),
    ]
}
