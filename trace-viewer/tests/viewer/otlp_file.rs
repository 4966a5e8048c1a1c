//! A trace as a file: what was sent comes out as it was sent, and another viewer takes it.

use prost::Message;
use serde_json::{Value, json};
use shared_telemetry::otlp::proto::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
    trace::v1::{
        ResourceSpans, ScopeSpans, Span, Status,
        span::{Event, Link},
    },
};

use crate::harness::*;

const SCHEMA: &str = "https://opentelemetry.io/schemas/1.44.0";

async fn file(viewer: &TestViewer, trace: u8, query: &str) -> Value {
    viewer
        .json(&format!("/api/traces/{}/otlp{query}", trace_hex(trace)))
        .await
}

/// Sends a document as it is, once to each signal's address.
async fn send(viewer: &TestViewer, document: &Value) {
    for path in ["/v1/traces", "/v1/logs"] {
        let response = viewer
            .post(path, JSON, document.to_string().into_bytes())
            .await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({}), "{path}");
    }
}

fn resource() -> Resource {
    Resource {
        attributes: vec![attribute("service.name", text("till"))],
        dropped_attributes_count: 1,
        ..Resource::default()
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "till.lib".to_owned(),
        version: "1.2.0".to_owned(),
        attributes: vec![attribute("of.scope", text("x"))],
        dropped_attributes_count: 2,
    }
}

/// Every type of value, by keys in their order.
fn values() -> Vec<KeyValue> {
    use any_value::Value::{BoolValue, BytesValue, DoubleValue, IntValue, KvlistValue};
    let any = |value| AnyValue { value: Some(value) };
    let list = |values| any_value::Value::ArrayValue(ArrayValue { values });
    let map = |values| KvlistValue(KeyValueList { values });
    vec![
        attribute("a.text", text("<b>ü\u{202e}\u{0}\"")),
        attribute("b.empty text", text("")),
        attribute("c.bool", BoolValue(false)),
        attribute("d.int", IntValue(i64::MIN)),
        attribute("e.int that could be a double", IntValue(5)),
        attribute("f.double that could be an int", DoubleValue(5.0)),
        attribute("g.double", DoubleValue(0.1 + 0.2)),
        attribute("h.double", DoubleValue(-0.0)),
        attribute("i.smallest double", DoubleValue(5e-324)),
        attribute("j.largest double", DoubleValue(f64::MAX)),
        attribute("k.not a number", DoubleValue(f64::NAN)),
        attribute("l.endless", DoubleValue(f64::NEG_INFINITY)),
        attribute("m.bytes", BytesValue(vec![0, 255, 62, 63])),
        attribute("n.no bytes", BytesValue(Vec::new())),
        attribute("o.list", list(vec![any(IntValue(1)), any(text("1"))])),
        attribute("p.empty list", list(Vec::new())),
        attribute("q.map", map(vec![attribute("k", map(Vec::new()))])),
        KeyValue {
            key: "r.nothing".to_owned(),
            value: Some(AnyValue::default()),
            ..KeyValue::default()
        },
    ]
}

fn values_in_json() -> Value {
    let of = |key: &str, kind: &str, value: Value| json!({"key": key, "value": {kind: value}});
    json!([
        of("a.text", "stringValue", json!("<b>ü\u{202e}\u{0}\"")),
        of("b.empty text", "stringValue", json!("")),
        of("c.bool", "boolValue", json!(false)),
        of("d.int", "intValue", json!(i64::MIN.to_string())),
        of("e.int that could be a double", "intValue", json!("5")),
        of("f.double that could be an int", "doubleValue", json!(5.0)),
        of("g.double", "doubleValue", json!(0.1 + 0.2)),
        of("h.double", "doubleValue", json!(-0.0)),
        of("i.smallest double", "doubleValue", json!(5e-324)),
        of("j.largest double", "doubleValue", json!(f64::MAX)),
        of("k.not a number", "doubleValue", json!("NaN")),
        of("l.endless", "doubleValue", json!("-Infinity")),
        of("m.bytes", "bytesValue", json!("AP8+Pw==")),
        of("n.no bytes", "bytesValue", json!("")),
        of("o.list", "arrayValue", json!({"values": [{"intValue": "1"}, {"stringValue": "1"}]})),
        of("p.empty list", "arrayValue", json!({"values": []})),
        of("q.map", "kvlistValue", json!({"values": [{"key": "k", "value": {"kvlistValue": {"values": []}}}]})),
        {"key": "r.nothing", "value": {}},
    ])
}

fn sent_span() -> Span {
    let event = |name: &str, time| Event {
        name: name.to_owned(),
        time_unix_nano: time,
        ..Event::default()
    };
    Span {
        trace_state: "vendor=a,other=b".to_owned(),
        flags: 0x301,
        kind: 2,
        attributes: values(),
        dropped_attributes_count: 3,
        events: vec![
            event("later", EPOCH + 3),
            Event {
                attributes: vec![attribute("k", text("v"))],
                dropped_attributes_count: 4,
                ..event("earlier", EPOCH + 1)
            },
        ],
        dropped_events_count: 5,
        links: vec![Link {
            trace_id: 7_u128.to_be_bytes().to_vec(),
            span_id: 8_u64.to_be_bytes().to_vec(),
            trace_state: "vendor=c".to_owned(),
            attributes: vec![attribute("k", text("v"))],
            dropped_attributes_count: 6,
            flags: 0x101,
        }],
        dropped_links_count: 7,
        status: Some(Status {
            code: 2,
            message: "jammed".to_owned(),
        }),
        ..child(1, 2, 1)
    }
}

fn sent_log() -> LogRecord {
    LogRecord {
        observed_time_unix_nano: EPOCH + 9,
        severity_number: 13,
        severity_text: "Warning".to_owned(),
        attributes: values(),
        dropped_attributes_count: 8,
        flags: 1,
        event_name: "till.jammed".to_owned(),
        ..log(1, 2, EPOCH + 5, "said")
    }
}

async fn send_everything(viewer: &TestViewer) {
    let spans = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: vec![sent_span()],
                schema_url: SCHEMA.to_owned(),
            }],
            schema_url: SCHEMA.to_owned(),
        }],
    };
    let logs = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource()),
            scope_logs: vec![ScopeLogs {
                scope: Some(scope()),
                log_records: vec![sent_log()],
                schema_url: String::new(),
            }],
            schema_url: SCHEMA.to_owned(),
        }],
    };
    for (path, body) in [
        ("/v1/traces", spans.encode_to_vec()),
        ("/v1/logs", logs.encode_to_vec()),
    ] {
        assert_eq!(viewer.post(path, PROTOBUF, body).await.status(), 200);
    }
}

#[tokio::test]
async fn the_file_has_every_field_that_was_sent_in_protobuf() {
    let viewer = TestViewer::start().await;
    send_everything(&viewer).await;
    let resource = json!({
        "attributes": [{"key": "service.name", "value": {"stringValue": "till"}}],
        "droppedAttributesCount": 1,
    });
    let scope = json!({
        "name": "till.lib", "version": "1.2.0", "droppedAttributesCount": 2,
        "attributes": [{"key": "of.scope", "value": {"stringValue": "x"}}],
    });
    let kv = json!([{"key": "k", "value": {"stringValue": "v"}}]);
    let sent = sent_span();
    let span = json!({
        "traceId": trace_hex(1), "spanId": span_hex(2), "parentSpanId": span_hex(1),
        "traceState": "vendor=a,other=b", "flags": 0x301, "name": "span 2", "kind": 2,
        "startTimeUnixNano": sent.start_time_unix_nano.to_string(),
        "endTimeUnixNano": sent.end_time_unix_nano.to_string(),
        "attributes": values_in_json(), "droppedAttributesCount": 3,
        "events": [
            {"name": "later", "timeUnixNano": (EPOCH + 3).to_string()},
            {"name": "earlier", "timeUnixNano": (EPOCH + 1).to_string(), "attributes": kv, "droppedAttributesCount": 4},
        ],
        "droppedEventsCount": 5,
        "links": [{
            "traceId": trace_hex(7), "spanId": span_hex(8), "traceState": "vendor=c", "attributes": kv,
            "droppedAttributesCount": 6, "flags": 0x101,
        }],
        "droppedLinksCount": 7,
        "status": {"code": 2, "message": "jammed"},
    });
    let log = json!({
        "timeUnixNano": (EPOCH + 5).to_string(), "observedTimeUnixNano": (EPOCH + 9).to_string(),
        "severityNumber": 13, "severityText": "Warning", "body": {"stringValue": "said"},
        "attributes": values_in_json(), "droppedAttributesCount": 8, "flags": 1,
        "traceId": trace_hex(1), "spanId": span_hex(2), "eventName": "till.jammed",
    });
    assert_eq!(
        file(&viewer, 1, "").await,
        json!({
            "resourceSpans": [{"resource": resource, "schemaUrl": SCHEMA, "scopeSpans": [
                {"scope": scope, "schemaUrl": SCHEMA, "spans": [span]}]}],
            "resourceLogs": [{"resource": resource, "schemaUrl": SCHEMA, "scopeLogs": [
                {"scope": scope, "logRecords": [log]}]}],
        })
    );
}

#[tokio::test]
async fn a_file_that_another_viewer_takes_comes_out_of_it_the_same() {
    let first = TestViewer::start().await;
    send_everything(&first).await;
    // Two senders whose spans come mixed, at the same times, with a record without a time.
    first
        .spans("pricing", vec![child(1, 4, 2), child(1, 3, 2)])
        .await;
    first.spans("gateway", vec![span(1, 1)]).await;
    first.spans("pricing", vec![child(1, 5, 1)]).await;
    let mut observed = log(1, 3, 0, "seen");
    observed.observed_time_unix_nano = EPOCH;
    first.logs("pricing", vec![observed]).await;

    let written = first
        .get(&format!("/api/traces/{}/otlp", trace_hex(1)))
        .await;
    assert_eq!(
        written.headers()["content-disposition"],
        format!("attachment; filename=\"trace-{}.json\"", trace_hex(1)).as_str()
    );
    let written = written.text().await.unwrap();
    let second = TestViewer::start().await;
    send(&second, &serde_json::from_str(&written).unwrap()).await;
    let again = second
        .get(&format!("/api/traces/{}/otlp", trace_hex(1)))
        .await;
    assert_eq!(again.text().await.unwrap(), written);
    assert_eq!(second.trace(1).await, first.trace(1).await);
    let logs = format!("/api/traces/{}/logs", trace_hex(1));
    assert_eq!(second.json(&logs).await, first.json(&logs).await);
}

#[tokio::test]
async fn what_nests_as_deep_as_is_taken_can_be_read_from_the_file_again() {
    let first = TestViewer::start().await;
    let nested = |deep: usize| {
        (0..deep).fold(text("inside"), |inside, _| {
            any_value::Value::ArrayValue(ArrayValue {
                values: vec![AnyValue {
                    value: Some(inside),
                }],
            })
        })
    };
    let mut taken = 0;
    for deep in 1..60_u64 {
        let mut span = span(1, deep);
        span.events.push(Event {
            attributes: vec![attribute("deep", nested(usize::try_from(deep).unwrap()))],
            ..Event::default()
        });
        let body = trace_request("gateway", vec![span]).encode_to_vec();
        let response = first.post("/v1/traces", PROTOBUF, body).await;
        taken += u64::from(response.status() == 200);
    }
    assert!((20..59).contains(&taken), "{taken}");
    assert_eq!(first.stat("spans").await, taken);
    let second = TestViewer::start().await;
    send(&second, &file(&first, 1, "").await).await;
    assert_eq!(second.stat("spans").await, taken);
}

#[tokio::test]
async fn linked_traces_go_into_one_file_and_other_orders_of_the_batch_do_not() {
    let viewer = TestViewer::start().await;
    viewer.spans("shop", vec![span(1, 1), span(2, 1)]).await;
    let batch = linking(linking(span(3, 1), 1, 1), 2, 1);
    viewer.spans("warehouse", vec![batch]).await;
    viewer
        .spans("carrier", vec![linking(span(4, 1), 3, 1)])
        .await;
    viewer
        .logs("carrier", vec![log(4, 1, EPOCH, "on its way")])
        .await;
    let traces = |file: &Value| {
        let groups = file["resourceSpans"].as_array().unwrap().clone();
        let spans = groups.into_iter().flat_map(|group| {
            let spans = group["scopeSpans"][0]["spans"].as_array().unwrap();
            spans.clone()
        });
        let ids = spans.map(|span| span["traceId"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let joined = file(&viewer, 1, "?linked=true").await;
    assert_eq!(traces(&joined), [1, 3, 4].map(trace_hex));
    let log = &joined["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    assert_eq!(log["body"], json!({"stringValue": "on its way"}));
    let last = file(&viewer, 4, "?linked=true").await;
    assert_eq!(traces(&last), [1, 2, 3, 4].map(trace_hex));
    assert_eq!(traces(&file(&viewer, 1, "").await), [trace_hex(1)]);
}

#[tokio::test]
async fn a_span_alone_comes_with_its_resource_its_scope_and_its_log() {
    let viewer = TestViewer::start().await;
    viewer.spans("till", vec![span(1, 1)]).await;
    send_everything(&viewer).await;
    let alone = file(&viewer, 1, &format!("?span={}", span_hex(2))).await;
    assert_eq!(alone, {
        let other = TestViewer::start().await;
        send_everything(&other).await;
        file(&other, 1, "").await
    });
}

#[tokio::test]
async fn what_is_not_kept_is_a_404_and_what_is_not_understood_a_400() {
    let viewer = TestViewer::start().await;
    viewer.spans("till", vec![span(1, 1)]).await;
    let path = |trace, query: &str| format!("/api/traces/{}/otlp{query}", trace_hex(trace));
    for (path, status) in [
        (path(2, ""), 404),
        (path(2, "?linked=true"), 404),
        (path(1, "?span=00000000000000ff"), 404),
        (path(1, "?span=0000000000000000"), 400),
        (path(1, "?span=1"), 400),
        (path(1, "?linked=yes"), 400),
        (path(1, "?deep=true"), 400),
        (path(1, "?linked=true&span=0000000000000001"), 400),
        ("/api/traces/xyz/otlp".to_owned(), 400),
    ] {
        let response = viewer.get(&path).await;
        assert_eq!(response.status(), status, "{path}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], status, "{path}");
    }
}
