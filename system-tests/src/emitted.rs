//! Everything that a demo has emitted: its traces, their log records, and its log lines.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::demo::PATIENCE;
use crate::{Demo, cart};

/// What a demo has emitted so far.
#[derive(Debug, Default)]
pub struct Emitted {
    /// Each trace as the viewer tells it.
    pub traces: Vec<Value>,
    /// The log records under those traces.
    pub logs: Vec<Value>,
    /// The log lines of all processes.
    pub lines: Vec<Value>,
}

impl Demo {
    /// An ordinary day: orders that go well, orders that fail in every usual way, questions.
    pub async fn busy_day(&self) {
        self.order().await;
        self.order().await;
        for _ in 0..3 {
            let last = self
                .get("gateway", "/checkout?sku=ONE-LEFT-9&quantity=1")
                .await;
            self.order_decided(last.json["order_id"].as_str().unwrap())
                .await;
        }
        let mut coupon = cart();
        coupon["coupon"] = json!("NO-SUCH");
        self.checkout(&coupon, &[]).await;
        self.checkout(&cart(), &[("baggage", "of=a-stranger")])
            .await;
        for (service, path) in [
            ("gateway", "/checkout?sku=NO-SUCH&quantity=1"),
            ("gateway", "/orders/0190a5c8-0000-7000-8000-000000000000"),
            ("gateway", "/stock/TEAPOT-1"),
            ("gateway", "/nothing/here"),
            ("pricing", "/items"),
            ("fulfillment", "/lag"),
        ] {
            self.get(service, path).await;
        }
    }

    /// Everything that is there once `complete` is satisfied and no trace waits for a parent;
    /// what there is when that is never so, for assertions that say what is missing.
    pub async fn emitted_when(&self, complete: impl Fn(&Emitted) -> bool) -> Emitted {
        let deadline = Instant::now() + PATIENCE / 2;
        loop {
            let emitted = self.emitted().await;
            let whole = |trace: &Value| trace["missing_parents"] == json!([]);
            let done = emitted.traces.iter().all(whole) && complete(&emitted);
            if done || Instant::now() > deadline {
                return emitted;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn emitted(&self) -> Emitted {
        let mut emitted = Emitted {
            lines: self.log_lines(|_| true),
            ..Emitted::default()
        };
        let list = self.get("viewer", "/api/traces?limit=1000").await.json;
        for summary in list["traces"].as_array().into_iter().flatten() {
            let path = format!("/api/traces/{}", summary["trace_id"].as_str().unwrap());
            emitted.traces.push(self.get("viewer", &path).await.json);
            let logs = self.get("viewer", &format!("{path}/logs")).await.json;
            let logs = logs["logs"].as_array().cloned().unwrap_or_default();
            emitted.logs.extend(logs);
        }
        emitted
    }
}

impl Emitted {
    /// All spans.
    pub fn spans(&self) -> impl Iterator<Item = &Value> {
        self.traces
            .iter()
            .flat_map(|trace| trace["spans"].as_array().into_iter().flatten())
    }

    /// The spans and log records as OTLP JSON, one export request on each line.
    #[must_use]
    pub fn as_otlp(&self) -> String {
        let mut lines = String::new();
        for trace in &self.traces {
            let groups: Vec<_> = trace["spans"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|span| {
                    let number = usize::try_from(span["resource"].as_u64().unwrap()).unwrap();
                    json!({
                        "resource": { "attributes": attributes(&trace["resources"][number]) },
                        "scopeSpans": [{ "spans": [otlp_span(&trace["trace_id"], span)] }],
                    })
                })
                .collect();
            lines += &format!("{}\n", json!({ "resourceSpans": groups }));
        }
        for log in &self.logs {
            let resource = json!({ "service.name": log["service"] });
            let record = json!({
                "traceId": log["trace_id"], "spanId": log["span_id"],
                "body": any_value(&log["body"]), "attributes": attributes(&log["attributes"]),
            });
            let group = json!([{
                "resource": { "attributes": attributes(&resource) },
                "scopeLogs": [{ "logRecords": [record] }],
            }]);
            lines += &format!("{}\n", json!({ "resourceLogs": group }));
        }
        lines
    }
}

fn otlp_span(trace_id: &Value, span: &Value) -> Value {
    let part = |part: &Value, name: &str| -> Value {
        json!({ "name": part[name], "attributes": attributes(&part["attributes"]) })
    };
    let all = |key: &str, name: &str| -> Vec<Value> {
        let parts = span[key].as_array().into_iter().flatten();
        parts.map(|each| part(each, name)).collect()
    };
    let upper = |value: &Value| value.as_str().unwrap_or_default().to_ascii_uppercase();
    json!({
        "traceId": trace_id, "spanId": span["span_id"], "parentSpanId": span["parent_span_id"],
        "name": span["name"], "kind": format!("SPAN_KIND_{}", upper(&span["kind"])),
        "status": {
            "code": format!("STATUS_CODE_{}", upper(&span["status"]["code"])),
            "message": span["status"]["message"],
        },
        "attributes": attributes(&span["attributes"]),
        "events": all("events", "name"),
        "links": all("links", "name"),
    })
}

fn attributes(object: &Value) -> Vec<Value> {
    let pairs = object.as_object().into_iter().flatten();
    pairs
        .map(|(key, value)| json!({ "key": key, "value": any_value(value) }))
        .collect()
}

fn any_value(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({ "stringValue": text }),
        Value::Bool(truth) => json!({ "boolValue": truth }),
        Value::Number(number) if number.is_f64() => json!({ "doubleValue": number }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::Array(list) => {
            json!({ "arrayValue": { "values": list.iter().map(any_value).collect::<Vec<_>>() } })
        }
        Value::Object(_) => json!({ "kvlistValue": { "values": attributes(value) } }),
        Value::Null => json!({}),
    }
}
