//! Each rule finds its planted fault in an otherwise good capture.

use serde_json::{Value, json};

use super::lint;
use crate::lint::finding::Findings;
use crate::lint::otlp;

fn attributes(pairs: &Value) -> Value {
    let pairs = pairs.as_object().unwrap().iter();
    let value = |value: &Value| match value {
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::Bool(truth) => json!({ "boolValue": truth }),
        text => json!({ "stringValue": text }),
    };
    pairs
        .map(|(key, one)| json!({ "key": key, "value": value(one) }))
        .collect()
}

/// A SERVER span that the conventions have nothing against.
fn good() -> Value {
    json!({
        "name": "GET /orders/{id}", "kind": 2, "parent": "", "status": 0, "message": "",
        "attributes": {
            "http.request.method": "GET", "http.route": "/orders/{id}", "url.scheme": "http",
            "url.path": "/orders/0190a5c8-0000-7000-8000-000000000000",
            "http.response.status_code": 200, "app.order.id": "0190a5c8-0000-7000-8000-000000000000",
        },
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut span = good();
    for (key, value) in changes {
        let place = match key.strip_prefix('@') {
            Some(key) => &mut span["attributes"][key],
            None => &mut span[*key],
        };
        *place = value.clone();
    }
    span
}

fn without(key: &str) -> Value {
    let mut span = good();
    span["attributes"].as_object_mut().unwrap().remove(key);
    span
}

fn of(kind: u8, name: &str, attributes: Value) -> Value {
    json!({ "name": name, "kind": kind, "parent": "", "status": 0, "message": "", "attributes": attributes })
}

fn found(spans: &[Value]) -> Findings {
    let spans: Vec<_> = spans
        .iter()
        .enumerate()
        .map(|(number, span)| {
            json!({
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": format!("{:016x}", number + 1),
                "parentSpanId": span["parent"], "name": span["name"], "kind": span["kind"],
                "status": { "code": span["status"], "message": span["message"] },
                "attributes": attributes(&span["attributes"]),
            })
        })
        .collect();
    let resource = json!({ "attributes": attributes(&json!({ "service.name": "gateway" })) });
    let request =
        json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": [{ "spans": spans }] }] });
    let captured = otlp::read("capture.json", request.to_string().as_bytes()).unwrap();
    lint(&captured)
}

#[track_caller]
fn assert_found(rule: &str, span: Value) {
    let findings = found(std::slice::from_ref(&span));
    assert_eq!(findings.rules(), [rule], "{span}\n{}", findings.text(""));
}

#[test]
fn a_good_capture_is_clean() {
    let findings = found(&[good()]);
    assert!(findings.is_empty(), "{}", findings.text(""));
}

#[test]
fn a_deprecated_name_is_found_with_its_successor() {
    let findings = found(&[with(&[("@http.method", json!("GET"))])]);
    assert_eq!(findings.rules(), ["deprecated-name"]);
    assert_eq!(findings.all()[0].fix, "use `http.request.method`");
    assert_eq!(
        findings.all()[0].place,
        "`http.method` of gateway SERVER `GET /orders/{id}`"
    );
    let value = json!({ "messaging.system": "kafka", "messaging.operation.name": "send",
        "messaging.operation.type": "publish", "messaging.destination.name": "orders" });
    let findings = found(&[of(4, "send orders", value)]);
    assert_eq!(findings.rules(), ["deprecated-value"]);
}

#[test]
fn an_id_or_a_value_in_a_spans_name_is_found() {
    for name in [
        "load 0190a5c8-0000-7000-8000-000000000000",
        "GET /orders/42",
        "load customer 123456",
        "trace 4bf92f3577b34da6",
        "GET /orders?state=open",
        "find 'teapot'",
    ] {
        assert_found("value-in-span-name", of(1, name, json!({})));
    }
    let own = json!({ "app.customer.id": "ada-l" });
    assert_found("value-in-span-name", of(1, "load ada-l", own));
    for name in [
        "inventory.v1.Inventory/ReserveStock",
        "GET /v2/items",
        "HTTP 404",
        "facade",
    ] {
        assert!(found(&[of(1, name, json!({}))]).is_empty(), "{name}");
    }
    let raw = with(&[
        ("name", json!("GET /a/b")),
        ("@url.path", json!("/a/b")),
        ("@http.route", Value::Null),
    ]);
    let mut raw = raw;
    raw["attributes"]
        .as_object_mut()
        .unwrap()
        .remove("http.route");
    assert_found("value-in-span-name", raw);
}

#[test]
fn the_same_operation_with_many_ids_is_one_finding() {
    let spans: Vec<_> = (0..5)
        .map(|id| of(1, &format!("load {}", 1000 + id), json!({})))
        .collect();
    let findings = found(&spans);
    assert_eq!(findings.rules(), ["value-in-span-name"]);
    assert_eq!(findings.all()[0].count, 5);
}

#[test]
fn many_names_of_one_sort_are_found_though_none_looks_like_an_id() {
    let word = |number: u8| char::from(b'a' + number).to_string().repeat(3);
    let spans: Vec<_> = (0..25)
        .map(|number| of(1, &format!("greet {}", word(number)), json!({})))
        .collect();
    assert_eq!(found(&spans).rules(), ["high-cardinality-names"]);
    let routes: Vec<_> = (0..25)
        .map(|number| {
            let route = format!("/{}", word(number));
            with(&[
                ("name", json!(format!("GET {route}"))),
                ("@http.route", json!(route)),
            ])
        })
        .collect();
    assert!(found(&routes).is_empty());
}

#[test]
fn a_kind_that_the_conventions_do_not_have_is_found() {
    assert_found("wrong-kind", with(&[("kind", json!(1))]));
    let message = json!({ "messaging.system": "kafka", "messaging.operation.name": "process",
        "messaging.operation.type": "process" });
    assert_found("wrong-kind", of(2, "process orders", message));
    assert_found(
        "wrong-kind",
        of(2, "SELECT items", json!({ "db.system.name": "sqlite" })),
    );
}

#[test]
fn a_status_that_lies_is_found() {
    let code = |code: u16, status: u8, kind: &str| {
        with(&[
            ("@http.response.status_code", json!(code)),
            ("status", json!(status)),
            ("@error.type", json!(kind)),
        ])
    };
    assert_found("wrong-status", code(503, 0, "503"));
    assert_found("wrong-status", code(404, 2, "404"));
    assert!(
        found(&[
            code(200, 2, "cancelled"),
            code(503, 2, "503"),
            code(404, 0, "404")
        ])
        .is_empty()
    );
    let call = |kind: u8| {
        of(
            kind,
            "shop.v1.Stock/Take",
            json!({ "rpc.system.name": "grpc", "rpc.method": "shop.v1.Stock/Take",
            "rpc.response.status_code": "NOT_FOUND", "server.address": "a" }),
        )
    };
    assert_found("wrong-status", call(3));
    assert!(found(&[call(2)]).is_empty());
}

#[test]
fn an_orphan_is_found_and_a_child_is_not() {
    assert_found("orphan", with(&[("parent", json!("00f067aa0ba902b7"))]));
    let child = with(&[("parent", json!("0000000000000001"))]);
    assert!(found(&[good(), child]).is_empty());
}

#[test]
fn a_required_attribute_that_is_missing_is_found() {
    for key in ["http.request.method", "url.path", "url.scheme"] {
        assert_found("missing-attribute", without(key));
    }
    let failed = with(&[
        ("status", json!(2)),
        ("@http.response.status_code", json!(500)),
    ]);
    assert_found("missing-attribute", failed);
    let nameless = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a","kind":1}]}]}]}"#;
    let captured = otlp::read("-", nameless).unwrap();
    assert_eq!(lint(&captured).rules(), ["missing-attribute"]);
}

#[test]
fn personal_data_and_secrets_are_found_and_not_repeated() {
    for (rule, key, value) in [
        (
            "personal-data",
            "app.note",
            "write to ada@example.com, please",
        ),
        ("card-number", "app.note", "paid with 4242 4242 4242 4242"),
        ("card-number", "app.payment", "no_4242424242424242"),
        ("secret", "app.payment", "tok_4242424242424242"),
        (
            "personal-data",
            "app.note",
            "to DE89 3704 0044 0532 0130 00",
        ),
        ("personal-data", "url.path", "/a/ada%40example.com"),
        ("authorization", "http.request.header.x-acme", "abc"),
        ("secret", "url.query", "?token=s3cr3t"),
        ("secret", "app.note", "http://a/b?x=1&api_key=abc"),
        ("secret", "app.payment_token", "abc"),
        ("authorization", "http.request.header.authorization", "abc"),
        ("authorization", "app.note", "sent Bearer abcDEF123456"),
        ("authorization", "app.note", "http://me:pw@shop/"),
        (
            "authorization",
            "app.note",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ),
    ] {
        let findings = found(&[with(&[(&format!("@{key}"), json!(value))])]);
        assert_eq!(findings.rules(), [rule], "{key}={value}");
        assert!(
            !findings.text("").contains(value),
            "the report repeats {value}"
        );
    }
    let mut message = good();
    message["message"] = json!("ada@example.com was refused");
    assert_found("personal-data", message);
}

#[test]
fn what_only_looks_like_a_secret_is_none() {
    for (key, value) in [
        ("app.note", "4242424242424241"),
        ("app.note", "at 1760000000000000000 ns"),
        ("app.note", "0190a5c8-4242-4242-8424-242424242424"),
        ("app.note", "basic authentication is off"),
        ("app.note", "a @ b, x@localhost"),
        ("url.full", "http://shop/quote?token=REDACTED&quantity=2"),
        ("http.request.header.authorization", "REDACTED"),
        (
            "messaging.kafka.message.key",
            "0190a5c8-0000-7000-8000-000000000000",
        ),
    ] {
        let findings = found(&[with(&[(&format!("@{key}"), json!(value))])]);
        assert!(findings.is_empty(), "{key}={value}: {}", findings.text(""));
    }
}
