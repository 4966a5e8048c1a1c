//! Secrets in every place of every signal, as a program that redacts nothing would send them.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::telemetry::{attribute, before, span, text};

/// The secrets that were let in: what is looked for, and where it got in.
#[derive(Default)]
pub(crate) struct Secrets(RefCell<Vec<(String, String)>>);

/// Names whose value is a secret whatever it looks like.
const NAMES: [&str; 16] = [
    "password",
    "accessToken",
    "db_password",
    "x-api-key",
    "authorization",
    "set-cookie",
    "session_id",
    "client.secret",
    "signature",
    "pin",
    "customer.email",
    "card_number",
    "coupon",
    "idempotency-key",
    "baggage",
    "privateKey",
];

/// Texts that look a little like secrets and are none.
pub(crate) const INNOCENT: [&str; 18] = [
    "0190a5c8-4123-7412-8123-412341234123",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "TEAPOT-1",
    "1763730000123456789",
    "1763730000123",
    "10.1.2.3",
    "+49 30 1234567",
    "SELECT id FROM orders WHERE key = $1 AND password = $2",
    "basic authentication failed",
    "deploy@web-1",
    "at token::parse (src/token.rs:12)",
    "http://pricing:8081/quote/TEAPOT-1",
    // What a process has redacted itself still says what it was.
    "no mailbox [redacted:email]",
    "GET /a?token=[redacted:secret]&page=2",
    "postgres://[redacted:userinfo]@db:5432/shop",
    "Authorization: [redacted:credentials]",
    "http://pricing:8081/quote/MUG-2?quantity=REDACTED&currency=REDACTED&coupon=REDACTED",
    "asked for /quote/MUG-2?currency=REDACTED&coupon=REDACTED in vain",
];

impl Secrets {
    fn keep(&self, needle: String, place: &str) {
        self.0.borrow_mut().push((needle, place.to_owned()));
    }

    fn number(&self) -> usize {
        self.0.borrow().len()
    }

    fn mail(&self, place: &str) -> String {
        let mailbox = format!("canary{:04}x", self.number());
        self.keep(mailbox.clone(), place);
        format!("{mailbox}@example.com")
    }

    fn card(&self, place: &str) -> String {
        let card = format!("453914{:010}", self.number());
        self.keep(card.clone(), place);
        card
    }

    fn word(&self, place: &str) -> String {
        let word = format!("cAnary{:04}Zz9Qx7w", self.number());
        self.keep(word.clone(), place);
        word
    }

    /// One text for each form in which a secret may come.
    fn texts(&self, place: &str) -> Vec<String> {
        let word = || self.word(place);
        let mail = || self.mail(place);
        vec![
            format!("no mailbox {} here", mail()),
            format!("who={}", mail().replace('@', "%40")),
            format!("who={}", mail().replace('@', "%2540")),
            format!("card {} refused", self.card(place)),
            format!("GET /a?token={}&page=2", word()),
            format!("GET /a?x=1&coupon={}", word()),
            json!({ "password": word(), "n": 1 }).to_string(),
            Value::from(json!({ "api_key": word() }).to_string()).to_string(),
            json!({ "password": [word()] }).to_string(),
            format!("DB_PASSWORD={} and more", word()),
            format!("Authorization: Digest {}, x={}", word(), word()),
            format!("Set-Cookie: a={}; b={}", word(), word()),
            format!("Some(Auth {{ access_token: Some(\"{}\") }})", word()),
            format!("with Bearer {}", word()),
            format!("postgres://me:{}@db:5432/shop", word()),
            format!("eyJhbGciOiJIUzI1NiJ9.{}.abcDEF", word()),
            format!("sk_live_{}", word()),
            format!("next=%2Fa%3Ftoken%3D{}", word()),
            format!(
                "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
                word()
            ),
        ]
    }

    /// Every form under a harmless key, a word under every telling one, and what is no text.
    fn attributes(&self, place: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for (number, form) in self.texts(place).into_iter().enumerate() {
            all.push(attribute(format!("app.form.{number}"), &text(form)));
        }
        for name in NAMES {
            let value = self.word(&format!("{name} of {place}"));
            all.push(attribute(format!("app.{name}"), &text(value)));
        }
        let number = |kind: &str| self.card(&format!("{kind} of {place}"));
        let list = json!([text(self.mail(place)), { "intValue": number("list") }]);
        let map = json!([attribute("password", &text(self.word(place)))]);
        let fraction: f64 = number("fraction").parse().unwrap();
        all.extend([
            attribute("app.int", &json!({ "intValue": number("int") })),
            attribute("app.fraction", &json!({ "doubleValue": fraction })),
            attribute("app.list", &json!({ "arrayValue": { "values": list } })),
            attribute("app.map", &json!({ "kvlistValue": { "values": map } })),
            attribute(self.mail(&format!("a key of {place}")), &text("x")),
        ]);
        all
    }

    /// Addresses and headers.
    fn of_http(&self, place: &str) -> Vec<Value> {
        let word = || self.word(place);
        let full = format!(
            "https://u:{}@shop/reset/aB3{}?q={}&r=1",
            word(),
            word(),
            word()
        );
        [
            ("url.full", full),
            ("url.path", format!("/verify/{}", word())),
            ("url.query", format!("q={}&r={}", word(), word())),
            ("http.target", format!("/coupon/{}?q={}", word(), word())),
            ("http.request.header.x-acme-session", word()),
            ("http.response.header.set_cookie", word()),
            ("rpc.grpc.request.metadata.x-who", word()),
        ]
        .map(|(key, value)| attribute(key, &text(value)))
        .into()
    }

    fn resource_and_scope(&self, signal: &str) -> (Value, Value) {
        let mut attributes = self.attributes(&format!("the resource of {signal}"));
        attributes.push(attribute("service.name", &text("careless")));
        let place = format!("the scope of {signal}");
        let scope = json!({
            "name": self.mail(&place), "version": self.mail(&place),
            "attributes": self.attributes(&place),
        });
        (json!({ "attributes": attributes }), scope)
    }

    /// A trace that is kept, because its root failed.
    pub(crate) fn traces(&self, trace: &str) -> Value {
        let mut root = span(trace, 1, "root");
        let mut attributes = self.attributes("a span");
        attributes.extend(self.of_http("a span"));
        attributes.extend(innocent());
        root["attributes"] = attributes.into();
        root["status"] = json!({ "code": 2 });
        let event = json!({
            "name": "exception", "timeUnixNano": before(0), "attributes": self.attributes("an event"),
        });
        root["events"] = json!([event]);
        let mut parts: Vec<(&str, Value)> = Vec::new();
        for name in self.texts("a span's name") {
            parts.push(("name", name.into()));
        }
        for message in self.texts("a status") {
            parts.push(("status", json!({ "code": 2, "message": message })));
        }
        for name in self.texts("an event's name") {
            let event = json!({ "name": name, "timeUnixNano": before(0) });
            parts.push(("events", json!([event])));
        }
        let state = format!("vendor={}", self.mail("tracestate"));
        parts.push(("traceState", state.into()));
        let mut spans = vec![root];
        for (number, (key, value)) in (2..).zip(parts) {
            let mut child = span(trace, number, "child");
            child[key] = value;
            spans.push(child);
        }
        let (resource, scope) = self.resource_and_scope("traces");
        let group = json!([{ "scope": scope, "spans": spans }]);
        json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": group }] })
    }

    pub(crate) fn logs(&self) -> Value {
        let mut records = Vec::new();
        for body in self.texts("a log's body") {
            records.push(json!({ "body": text(body) }));
        }
        for name in self.texts("an event's name, of a log") {
            records.push(json!({ "body": text("x"), "eventName": name, "severityText": name }));
        }
        let deep = json!([attribute("token", &text(self.word("a body's map")))]);
        let map = json!([
            attribute("password", &text(self.word("a body's map"))),
            attribute("deep", &json!({ "kvlistValue": { "values": deep } })),
        ]);
        let mut attributes = self.attributes("a log");
        attributes.extend(self.of_http("a log"));
        attributes.extend(innocent());
        records.extend([
            json!({ "body": { "kvlistValue": { "values": map } } }),
            json!({ "body": { "intValue": self.card("a body") } }),
            json!({ "body": text("the last one"), "attributes": attributes }),
        ]);
        for record in &mut records {
            record["timeUnixNano"] = before(0).into();
        }
        let (resource, scope) = self.resource_and_scope("logs");
        let group = json!([{ "scope": scope, "logRecords": records }]);
        json!({ "resourceLogs": [{ "resource": resource, "scopeLogs": group }] })
    }

    pub(crate) fn metrics(&self) -> Value {
        let exemplar = json!({
            "timeUnixNano": before(0), "asInt": "1",
            "filteredAttributes": self.attributes("an exemplar"),
        });
        let point = json!({
            "timeUnixNano": before(0), "asInt": "5", "exemplars": [exemplar],
            "attributes": self.attributes("a data point"),
        });
        let sum = json!({
            "name": format!("careless.{}", self.mail("a metric's name")),
            "description": self.mail("a description"), "unit": self.mail("a unit"),
            "sum": { "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point] },
        });
        let (resource, scope) = self.resource_and_scope("metrics");
        let gauge = json!({ "dataPoints": [{ "timeUnixNano": before(0), "asInt": "1" }] });
        let innocent = json!({ "name": "innocent", "unit": "{order}", "gauge": gauge });
        let group = json!([{ "scope": scope, "metrics": [sum, innocent] }]);
        json!({ "resourceMetrics": [{ "resource": resource, "scopeMetrics": group }] })
    }

    /// Where those got in that `text` holds.
    pub(crate) fn found_in(&self, text: &str) -> Vec<String> {
        let all = self.0.borrow();
        let found = all.iter().filter(|(needle, _)| text.contains(needle));
        found
            .map(|(needle, place)| format!("{needle}: {place}"))
            .collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.number()
    }
}

fn innocent() -> Vec<Value> {
    let all = INNOCENT.iter().enumerate();
    all.map(|(number, value)| attribute(format!("app.innocent.{number}"), &text(*value)))
        .collect()
}
