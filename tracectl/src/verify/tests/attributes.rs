//! Each required attribute is required on each span of its boundary.

use super::fixture::order;
use super::{assert_broken, assert_only};
use crate::config::Relation::Link;

const HTTP: &[&str] = &["http.request.method", "http.response.status_code"];
const ROUTE: &[&str] = &["http.route"];
const SQL: &[&str] = &["db.system.name", "db.query.text", "db.operation.name"];
const RPC: &[&str] = &["rpc.system.name", "rpc.method", "rpc.response.status_code"];
const KAFKA: &[&str] = &[
    "messaging.system",
    "messaging.destination.name",
    "messaging.operation.type",
];

#[test]
fn each_missing_attribute_is_named_with_its_span() {
    for (check, span, keys) in [
        ("HTTP attributes", "post", HTTP),
        ("HTTP attributes", "post", ROUTE),
        ("HTTP attributes", "quote-2", ROUTE),
        ("HTTP attributes", "get-1", HTTP),
        ("SQL attributes", "select-1", SQL),
        ("SQL attributes", "update", SQL),
        ("messaging attributes", "send", KAFKA),
        ("messaging attributes", "process", KAFKA),
        ("RPC attributes", "call", RPC),
        ("RPC attributes", "serve", RPC),
    ] {
        for key in keys {
            let mut evidence = order(Link);
            evidence.change(span, |span| drop(span.attributes.remove(*key)));
            assert_broken(&evidence, check, &[span, key]);
            assert_only(&evidence, &[check]);
        }
    }
}

#[test]
fn a_span_without_any_attribute_is_known_by_its_name_and_kind() {
    for (check, span) in [
        ("HTTP attributes", "quote-1"),
        ("RPC attributes", "serve"),
        ("messaging attributes", "send"),
    ] {
        let mut evidence = order(Link);
        evidence.change(span, |span| span.attributes.clear());
        assert_broken(&evidence, check, &[span]);
    }
}

#[test]
fn a_message_of_another_system_is_not_kafka() {
    let mut evidence = order(Link);
    evidence.change("send", |span| {
        span.attributes
            .insert("messaging.system".to_owned(), "rabbitmq".into());
    });
    assert_broken(&evidence, "messaging attributes", &["send", "rabbitmq"]);
}

#[test]
fn an_empty_attribute_is_no_attribute() {
    for empty in [serde_json::Value::Null, "".into()] {
        let mut evidence = order(Link);
        evidence.change("insert", |span| {
            span.attributes
                .insert("db.query.text".to_owned(), empty.clone());
        });
        assert_broken(&evidence, "SQL attributes", &["insert", "db.query.text"]);
    }
}
