//! Telemetry as a stranger sends it: OTLP JSON, to the demo's receiver.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use system_tests::Demo;

/// A millisecond in nanoseconds.
pub(crate) const MILLI: u64 = 1_000_000;

/// Now, in nanoseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

pub(crate) fn trace_id(number: u32) -> String {
    format!("{:032x}", u128::from(number) + (0xb0 << 120))
}

pub(crate) fn span_id(number: u64) -> String {
    format!("{:016x}", number + (0xa << 60))
}

/// A span of ten milliseconds. `parent` 0 makes it a root.
pub(crate) fn span(trace: u32, number: u64, parent: u64, name: &str) -> Value {
    let start = now();
    json!({
        "traceId": trace_id(trace), "spanId": span_id(number), "name": name, "kind": 1,
        "parentSpanId": if parent == 0 { String::new() } else { span_id(parent) },
        "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + 10 * MILLI).to_string(),
        "attributes": [], "events": [], "links": [], "flags": 1,
    })
}

/// A pair as OTLP JSON has it.
pub(crate) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A span with other start and end, in nanoseconds since 1970.
pub(crate) fn timed(mut span: Value, start: u64, end: u64) -> Value {
    span["startTimeUnixNano"] = json!(start.to_string());
    span["endTimeUnixNano"] = json!(end.to_string());
    span
}

/// Sends spans of one service.
pub(crate) async fn send(demo: &Demo, service: &str, spans: Vec<Value>) {
    let resource = json!({"attributes": [text("service.name", service)]});
    let body = json!({"resourceSpans": [{
        "resource": resource, "scopeSpans": [{"scope": {"name": "a test"}, "spans": spans}],
    }]});
    post(demo, "/v1/traces", &body).await;
}

/// Sends log records of one service.
pub(crate) async fn send_logs(demo: &Demo, service: &str, records: Vec<Value>) {
    let resource = json!({"attributes": [text("service.name", service)]});
    let body =
        json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]});
    post(demo, "/v1/logs", &body).await;
}

async fn post(demo: &Demo, path: &str, body: &Value) {
    let url = format!("http://{}{path}", receiver(demo).await);
    let answer = reqwest::Client::new()
        .post(url)
        .json(body)
        .send()
        .await
        .unwrap();
    let (status, told) = (answer.status(), answer.text().await.unwrap());
    assert!(
        status.is_success() && !told.contains("rejected"),
        "{status} {told}"
    );
}

/// Where OTLP over HTTP is received, as the demo tells its user.
async fn receiver(demo: &Demo) -> String {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let output = demo.output();
        if let Some((_, rest)) = output.split_once("(OTLP on ") {
            let (both, _) = rest.split_once(')').unwrap();
            return both.split_once(" and ").unwrap().1.to_owned();
        }
        assert!(Instant::now() < deadline, "no receiver in:\n{output}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
