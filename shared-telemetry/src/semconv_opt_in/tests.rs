//! Old names beside new, domain by domain.

use super::*;
use crate::names::What;

fn keys(list: &str, kind: SpanKind, attributes: &[KeyValue]) -> Vec<String> {
    let (chosen, strange) = OldNames::parse(list);
    assert_eq!(strange, [""; 0]);
    let old = chosen.of(&kind, attributes);
    old.iter()
        .map(|old| format!("{}={}", old.key, old.value))
        .collect()
}

fn request() -> Vec<KeyValue> {
    vec![
        KeyValue::new("http.request.method", "GET"),
        KeyValue::new("url.path", "/a"),
        KeyValue::new("network.protocol.version", "1.1"),
        KeyValue::new("server.address", "shop"),
        KeyValue::new("server.port", 81),
    ]
}

#[test]
fn a_request_has_its_old_names_when_http_is_asked_for() {
    let old = keys("rpc,http/dup", SpanKind::Server, &request());
    let expected = [
        "http.method=GET",
        "http.target=/a",
        "http.flavor=1.1",
        "net.protocol.version=1.1",
        "net.host.name=shop",
        "net.host.port=81",
    ];
    assert_eq!(old, expected);
    let client = keys("http/dup", SpanKind::Client, &request());
    assert!(
        client.contains(&"net.peer.port=81".to_owned()),
        "{client:?}"
    );
    let late = [KeyValue::new("http.response.status_code", 503)];
    let status = keys("http/dup", SpanKind::Client, &late);
    assert_eq!(status, ["http.status_code=503"]);
}

#[test]
fn other_domains_and_the_word_without_dup_add_nothing() {
    for list in ["", "http", "database/dup,messaging/dup,rpc/dup"] {
        assert_eq!(keys(list, SpanKind::Server, &request()), [""; 0], "{list}");
    }
}

#[test]
fn values_that_had_another_form_get_it_back() {
    let record = [
        KeyValue::new("messaging.operation.type", "send"),
        KeyValue::new("messaging.destination.partition.id", "2"),
    ];
    let old = keys("messaging/dup", SpanKind::Producer, &record);
    let expected = [
        "messaging.operation=publish",
        "messaging.kafka.destination.partition=2",
    ];
    assert_eq!(old, expected);
    let call = [
        KeyValue::new("rpc.method", "shop.v1.Stock/Take"),
        KeyValue::new("rpc.response.status_code", "NOT_FOUND"),
    ];
    let old = keys("rpc/dup", SpanKind::Client, &call);
    assert_eq!(old, ["rpc.service=shop.v1.Stock", "rpc.grpc.status_code=5"]);
    let statement = [
        KeyValue::new("db.system.name", "sqlite"),
        KeyValue::new("db.query.text", "SELECT 1"),
    ];
    let old = keys("database/dup", SpanKind::Client, &statement);
    assert_eq!(old, ["db.system=sqlite", "db.statement=SELECT 1"]);
}

#[test]
fn a_strange_word_is_told_and_does_not_disturb_the_others() {
    let (chosen, strange) = OldNames::parse("http/dup, htp/dup,gen_ai,http/dupe");
    assert_eq!(strange, ["htp/dup", "gen_ai", "http/dupe"]);
    assert!(chosen.has(Domain::Http));
}

#[test]
fn every_old_name_that_is_written_is_in_the_dictionary() {
    let current = crate::names::all().filter(|entry| matches!(entry.what, What::Attribute(_)));
    for entry in current {
        for (domain, value) in [
            (Domain::Http, "7"),
            (Domain::Database, "7"),
            (Domain::Messaging, "7"),
            (Domain::Rpc, "a/b"),
        ] {
            for kind in [SpanKind::Client, SpanKind::Server] {
                for old in old::names(domain, &kind, &KeyValue::new(entry.name, value)) {
                    let known = ENTRIES.iter().any(|entry| entry.name == old.key.as_str());
                    assert!(known, "{} is not listed", old.key);
                }
            }
        }
    }
}
