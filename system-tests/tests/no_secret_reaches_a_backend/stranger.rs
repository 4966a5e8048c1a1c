//! A secret in every place that OTLP has, as a program that redacts nothing would send them.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use system_tests::canaries::Canaries;

use crate::PATIENCE;
use crate::collector::{Backends, Collector};
use crate::stack::contents;
use system_tests::program::{OTELCOL, find, free_ports};
use system_tests::until;

/// What goes with or without redaction where traces are sampled: spans are written anew, without this.
const SCHEMAS_OF_SPANS: [&str; 2] = [
    "an e-mail address in a schema URL of a resource of traces",
    "an e-mail address in a schema URL of a scope of traces",
];

/// What the collector can't take out, see docs/redaction.md.
const OPEN: [&str; 16] = [
    "bytes in an attribute of a data point",
    "bytes in an attribute of a log",
    "bytes in an attribute of a resource of logs",
    "bytes in an attribute of a resource of metrics",
    "bytes in an attribute of a resource of traces",
    "bytes in an attribute of a scope of logs",
    "bytes in an attribute of a scope of metrics",
    "bytes in an attribute of a scope of traces",
    "bytes in an attribute of a span",
    "bytes in an attribute of an event",
    "an e-mail address in tracestate of a link",
    "an e-mail address in an attribute of a link",
    "an e-mail address in a schema URL of a resource of logs",
    "an e-mail address in a schema URL of a resource of metrics",
    "an e-mail address in a schema URL of a scope of logs",
    "an e-mail address in a schema URL of a scope of metrics",
];

fn nanos() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_nanos().to_string()
}

fn text(text: impl Into<String>) -> Value {
    json!({"stringValue": text.into()})
}

fn attribute(key: impl Into<String>, value: &Value) -> Value {
    json!({"key": key.into(), "value": value})
}

/// Telemetry whose every place has a secret of its own.
struct Stranger<'c>(&'c Canaries);

impl Stranger<'_> {
    fn mail(&self, place: &str) -> String {
        self.0.mail(place)
    }

    /// Each type, under a name that says nothing; then names that say it.
    fn attributes(&self, of: &str) -> Vec<Value> {
        let place = |what: &str| format!("{what} of {of}");
        let (mail, word, number) = (
            |what: &str| text(self.0.mail(&place(what))),
            |what: &str| text(self.0.word(&place(what))),
            |what: &str| self.0.number(&place(what)),
        );
        let list = json!([mail("a list"), {"intValue": number("a list")}]);
        let within = |what: &str| json!([attribute("password", &word(what))]);
        let deep = json!({"kvlistValue": {"values": within("a map in a map")}});
        let map = [attribute("deep", &deep), within("a map")[0].clone()];
        let stack = format!("E: no\n  at a\n  {}", self.mail(&place("a stack trace")));
        let url = format!("http://a/?coupon={}", self.0.coupon(&place("an address")));
        let baggage = format!("owner={}", self.mail(&place("baggage")).replace('@', "%40"));
        let fraction = json!(number("a fraction"));
        vec![
            attribute("app.text", &mail("an attribute")),
            attribute("app.number", &json!({"intValue": number("an attribute")})),
            attribute("app.fraction", &json!({"doubleValue": fraction})),
            attribute("app.list", &json!({"arrayValue": {"values": list}})),
            attribute("app.map", &json!({"kvlistValue": {"values": map}})),
            attribute(
                "app.bytes",
                &json!({"bytesValue": self.0.base64(&place("an attribute"))}),
            ),
            attribute(self.mail(&place("a key")), &text("x")),
            attribute("app.password", &word("password")),
            attribute("app.pin", &json!({"intValue": number("pin")})),
            attribute(
                "http.request.header.x-session",
                &json!({"arrayValue": {"values": [word("a header")]}}),
            ),
            attribute("baggage", &text(baggage)),
            attribute("url.full", &text(url)),
            attribute("exception.stacktrace", &text(stack)),
        ]
    }

    fn resource(&self, signal: &str) -> Value {
        let mut attributes = self.attributes(&format!("a resource of {signal}"));
        attributes.push(attribute("service.name", &text("stranger")));
        json!({"attributes": attributes})
    }

    fn scope(&self, signal: &str) -> Value {
        let place = |what: &str| format!("{what} of a scope of {signal}");
        json!({
            "name": self.mail(&place("the name")), "version": self.mail(&place("the version")),
            "attributes": self.attributes(&format!("a scope of {signal}")),
        })
    }

    fn schema(&self, of: &str) -> String {
        format!("http://a/{}", self.mail(&format!("a schema URL of {of}")))
    }

    fn traces(&self) -> Value {
        let event = json!({
            "name": self.mail("the name of an event"), "timeUnixNano": nanos(),
            "attributes": self.attributes("an event"),
        });
        let link = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7",
            "traceState": format!("vendor={}", self.mail("tracestate of a link")),
            "attributes": [attribute("app.note", &text(self.mail("an attribute of a link")))],
        });
        let span = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4737", "spanId": "00f067aa0ba902b8",
            "name": self.mail("the name of a span"), "kind": 2,
            "traceState": format!("vendor={}", self.mail("tracestate of a span")),
            "startTimeUnixNano": nanos(), "endTimeUnixNano": nanos(),
            "status": {"code": 2, "message": self.mail("the status of a span")},
            "attributes": self.attributes("a span"), "events": [event], "links": [link],
        });
        let spans = json!([{
            "scope": self.scope("traces"), "spans": [span], "schemaUrl": self.schema("a scope of traces"),
        }]);
        json!({"resourceSpans": [{
            "resource": self.resource("traces"), "scopeSpans": spans,
            "schemaUrl": self.schema("a resource of traces"),
        }]})
    }

    fn logs(&self) -> Value {
        let word = |what: &str| self.0.word(&format!("{what}, the body of a log"));
        let number = self.0.number("a number, the body of a log");
        let in_text = json!({"user": 7, "access_token": word("JSON in a text")}).to_string();
        let list = json!([text(self.mail("a list, the body of a log"))]);
        let deep = json!({"kvlistValue": {"values": [
            attribute("password", &text(word("a map in a map"))),
        ]}});
        let map = json!([
            attribute("password", &text(word("a map"))),
            attribute("deep", &deep)
        ]);
        let bodies = [
            text(format!(
                "no mailbox {}",
                self.mail("a text, the body of a log")
            )),
            text(in_text),
            json!({"intValue": number}),
            json!({"arrayValue": {"values": list}}),
            json!({"kvlistValue": {"values": map}}),
            json!({"bytesValue": self.0.base64("the body of a log")}),
        ];
        let mut records: Vec<_> = bodies
            .into_iter()
            .map(|body| json!({"body": body}))
            .collect();
        records.push(json!({
            "body": text("x"), "severityText": self.mail("the severity of a log"),
            "eventName": self.mail("the event's name of a log"),
            "attributes": self.attributes("a log"),
        }));
        for record in &mut records {
            record["timeUnixNano"] = nanos().into();
        }
        let records = json!([{
            "scope": self.scope("logs"), "logRecords": records,
            "schemaUrl": self.schema("a scope of logs"),
        }]);
        json!({"resourceLogs": [{
            "resource": self.resource("logs"), "scopeLogs": records,
            "schemaUrl": self.schema("a resource of logs"),
        }]})
    }

    fn metrics(&self) -> Value {
        let exemplar = json!({
            "timeUnixNano": nanos(), "asInt": "1",
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4737", "spanId": "00f067aa0ba902b8",
            "filteredAttributes": [
                attribute("app.note", &text(self.mail("an attribute of an exemplar"))),
            ],
        });
        let point = json!({
            "timeUnixNano": nanos(), "asInt": "5", "exemplars": [exemplar],
            "attributes": self.attributes("a data point"),
        });
        let metric = json!({
            "name": format!("careless.{}", self.mail("the name of a metric")),
            "description": self.mail("the description of a metric"),
            "unit": self.mail("the unit of a metric"),
            "metadata": [attribute("app.note", &text(self.mail("the metadata of a metric")))],
            "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point]},
        });
        let metrics = json!([{
            "scope": self.scope("metrics"), "metrics": [metric],
            "schemaUrl": self.schema("a scope of metrics"),
        }]);
        json!({"resourceMetrics": [{
            "resource": self.resource("metrics"), "scopeMetrics": metrics,
            "schemaUrl": self.schema("a resource of metrics"),
        }]})
    }
}

fn set(labels: &[&str]) -> BTreeSet<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

/// The places whose secrets leave a collector of that role, and all places. Its backends are away: so
/// its queues hold all that it would send.
async fn passed(role: &str, redacting: bool) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let program = find("OTELCOL", &OTELCOL)?;
    let place = tempfile::tempdir().unwrap();
    let [own, away] = free_ports();
    let away = format!("127.0.0.1:{away}");
    let backends = Backends {
        tempo: away.clone(),
        jaeger: away.clone(),
        loadbalancer: away.clone(),
        loki: format!("http://{away}/otlp"),
        prometheus: format!("http://{away}/api/v1/otlp"),
    };
    let collector = Collector::start(&program, role, place.path(), own, redacting, backends).await;
    let canaries = Canaries::default();
    let stranger = Stranger(&canaries);
    for (signal, request) in [
        ("logs", stranger.logs()),
        ("metrics", stranger.metrics()),
        ("traces", stranger.traces()),
    ] {
        let url = format!("{}/v1/{signal}", collector.otlp);
        let sent = reqwest::Client::new().post(url).json(&request).send().await;
        let status = sent.unwrap().status();
        assert!(status.is_success(), "{signal}: {status}");
    }
    // What was sent, and in this role what the spans were counted into.
    let (traces, metrics): (&[_], _) = match role {
        "single" => (&["tempo", "jaeger"], 2.0),
        _ => (&["loadbalancer"], 1.0),
    };
    until("full queues", PATIENCE, async || {
        let own = collector.own_metrics().await;
        let taken = |exporter| own.sum("otelcol_exporter_enqueue_size_count", exporter);
        let traces = traces.iter().all(|exporter| taken(exporter) >= 1.0);
        let others = taken("loki") >= 1.0 && taken("prometheus") >= metrics;
        (traces && others).then_some(())
    })
    .await;
    collector.stop().await;
    let in_queues = canaries.found_in_bytes(&contents(&place.path().join("queue")));
    let in_log = canaries.found_in_bytes(&contents(&place.path().join("collector.log")));
    assert_eq!(in_log, [], "in the collector's log");
    let passed: BTreeSet<_> = in_queues.into_iter().map(|leak| leak.label).collect();
    let places = canaries.places();
    println!("{role}: {} of {} places", passed.len(), places.len());
    Some((passed, places))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_stranger_nothing_passes_the_collector_but_what_the_page_says() {
    let Some((passed, _)) = passed("single", true).await else {
        return;
    };
    assert_eq!(passed, set(&OPEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_stranger_nothing_passes_an_agent_but_that_and_schema_urls_of_spans() {
    let Some((passed, _)) = passed("agent", true).await else {
        return;
    };
    assert_eq!(passed, &set(&OPEN) | &set(&SCHEMAS_OF_SPANS));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redaction_every_place_of_a_stranger_passes() {
    for role in ["single", "agent"] {
        let Some((passed, places)) = passed(role, false).await else {
            return;
        };
        let dropped = match role {
            "single" => set(&SCHEMAS_OF_SPANS),
            _ => BTreeSet::new(),
        };
        assert_eq!(&places - &passed, dropped, "{role}");
    }
}
