//! Which old name each attribute had, with the old value where that differed too.

use opentelemetry::trace::SpanKind;
use opentelemetry::{KeyValue, Value};

use super::Domain;
use crate::names::Seen::When;
use crate::names::{self, Entry, Source, Type, What};

const HTTP: &str = "`OTEL_SEMCONV_STABILITY_OPT_IN` has `http/dup`";
const DATABASE: &str = "`OTEL_SEMCONV_STABILITY_OPT_IN` has `database/dup`";
const MESSAGING: &str = "`OTEL_SEMCONV_STABILITY_OPT_IN` has `messaging/dup`";
const RPC: &str = "`OTEL_SEMCONV_STABILITY_OPT_IN` has `rpc/dup`";
const ANY: &str = "`OTEL_SEMCONV_STABILITY_OPT_IN` has `http/dup`, `rpc/dup` or `database/dup`";

const fn entry(name: &'static str, of: Type, when: &'static str, meaning: &'static str) -> Entry {
    Entry {
        name,
        what: What::Attribute(of),
        meaning,
        source: Source::Deprecated,
        seen: When(when),
    }
}

/// Old names of attributes that hold a path or a URL.
pub(crate) const PATHS: [&str; 2] = ["http.target", "http.url"];

/// Old names of attributes that hold a statement.
pub(crate) const STATEMENTS: [&str; 1] = ["db.statement"];

/// The old names' part of the dictionary.
pub(crate) const ENTRIES: &[Entry] = &[
    entry("db.name", Type::Text, DATABASE, "now `db.namespace`"),
    entry(
        "db.operation",
        Type::Text,
        DATABASE,
        "now `db.operation.name`",
    ),
    entry(
        "db.sql.table",
        Type::Text,
        DATABASE,
        "now `db.collection.name`",
    ),
    entry("db.statement", Type::Text, DATABASE, "now `db.query.text`"),
    entry("db.system", Type::Text, DATABASE, "now `db.system.name`"),
    entry("http.client_ip", Type::Text, HTTP, "now `client.address`"),
    entry(
        "http.flavor",
        Type::Text,
        HTTP,
        "now `network.protocol.version`",
    ),
    entry("http.method", Type::Text, HTTP, "now `http.request.method`"),
    entry("http.scheme", Type::Text, HTTP, "now `url.scheme`"),
    entry(
        "http.status_code",
        Type::Int,
        HTTP,
        "now `http.response.status_code`",
    ),
    entry(
        "http.target",
        Type::Text,
        HTTP,
        "now `url.path`; the query is left out here too",
    ),
    entry("http.url", Type::Text, HTTP, "now `url.full`"),
    entry(
        "http.user_agent",
        Type::Text,
        HTTP,
        "now `user_agent.original`",
    ),
    entry(
        "messaging.kafka.consumer.group",
        Type::Text,
        MESSAGING,
        "now `messaging.consumer.group.name`",
    ),
    entry(
        "messaging.kafka.destination.partition",
        Type::Int,
        MESSAGING,
        "now `messaging.destination.partition.id`, a text",
    ),
    entry(
        "messaging.kafka.message.offset",
        Type::Int,
        MESSAGING,
        "now `messaging.kafka.offset`",
    ),
    entry(
        "messaging.operation",
        Type::Text,
        MESSAGING,
        "now `messaging.operation.type`; `send` was `publish`",
    ),
    entry(
        "net.host.name",
        Type::Text,
        ANY,
        "now `server.address`, on SERVER spans",
    ),
    entry(
        "net.host.port",
        Type::Int,
        ANY,
        "now `server.port`, on SERVER spans",
    ),
    entry(
        "net.peer.name",
        Type::Text,
        ANY,
        "now `server.address`, on CLIENT spans",
    ),
    entry(
        "net.peer.port",
        Type::Int,
        ANY,
        "now `server.port`, on CLIENT spans",
    ),
    entry(
        "net.protocol.version",
        Type::Text,
        HTTP,
        "now `network.protocol.version`",
    ),
    entry(
        "rpc.grpc.status_code",
        Type::Int,
        RPC,
        "now `rpc.response.status_code`, a name",
    ),
    entry(
        "rpc.service",
        Type::Text,
        RPC,
        "now the part of `rpc.method` before the slash",
    ),
    entry("rpc.system", Type::Text, RPC, "now `rpc.system.name`"),
];

/// The old attributes for a current one: none, one, or two.
pub(super) fn names(domain: Domain, kind: &SpanKind, current: &KeyValue) -> Vec<KeyValue> {
    let same = |old: &'static str| vec![KeyValue::new(old, current.value.clone())];
    let client = *kind == SpanKind::Client;
    match current.key.as_str() {
        names::SERVER_ADDRESS if client => return same("net.peer.name"),
        names::SERVER_ADDRESS => return same("net.host.name"),
        names::SERVER_PORT if client => return same("net.peer.port"),
        names::SERVER_PORT => return same("net.host.port"),
        _ => {}
    }
    match domain {
        Domain::Http => http(current),
        Domain::Database => database(current.key.as_str()).map_or_else(Vec::new, same),
        Domain::Messaging => messaging(current),
        Domain::Rpc => rpc(current),
    }
}

fn http(current: &KeyValue) -> Vec<KeyValue> {
    let old: &[&'static str] = match current.key.as_str() {
        names::CLIENT_ADDRESS => &["http.client_ip"],
        names::NETWORK_PROTOCOL_VERSION => &["http.flavor", "net.protocol.version"],
        names::HTTP_REQUEST_METHOD => &["http.method"],
        names::URL_SCHEME => &["http.scheme"],
        names::HTTP_RESPONSE_STATUS_CODE => &["http.status_code"],
        names::URL_PATH => &["http.target"],
        names::URL_FULL => &["http.url"],
        names::USER_AGENT_ORIGINAL => &["http.user_agent"],
        _ => &[],
    };
    old.iter()
        .map(|old| KeyValue::new(*old, current.value.clone()))
        .collect()
}

fn database(current: &str) -> Option<&'static str> {
    match current {
        names::DB_NAMESPACE => Some("db.name"),
        names::DB_OPERATION_NAME => Some("db.operation"),
        names::DB_COLLECTION_NAME => Some("db.sql.table"),
        names::DB_QUERY_TEXT => Some("db.statement"),
        names::DB_SYSTEM_NAME => Some("db.system"),
        _ => None,
    }
}

fn messaging(current: &KeyValue) -> Vec<KeyValue> {
    let value = current.value.clone();
    let old = match current.key.as_str() {
        names::MESSAGING_CONSUMER_GROUP_NAME => {
            KeyValue::new("messaging.kafka.consumer.group", value)
        }
        names::MESSAGING_DESTINATION_PARTITION_ID => match value.as_str().parse::<i64>() {
            Ok(partition) => KeyValue::new("messaging.kafka.destination.partition", partition),
            Err(_) => return Vec::new(),
        },
        names::MESSAGING_KAFKA_OFFSET => KeyValue::new("messaging.kafka.message.offset", value),
        names::MESSAGING_OPERATION_TYPE if value.as_str() == "send" => {
            KeyValue::new("messaging.operation", "publish")
        }
        names::MESSAGING_OPERATION_TYPE => KeyValue::new("messaging.operation", value),
        _ => return Vec::new(),
    };
    vec![old]
}

fn rpc(current: &KeyValue) -> Vec<KeyValue> {
    let old = match (current.key.as_str(), &current.value) {
        (names::RPC_SYSTEM_NAME, value) => KeyValue::new("rpc.system", value.clone()),
        (names::RPC_METHOD, Value::String(method)) => match method.as_str().rsplit_once('/') {
            Some((service, _)) => KeyValue::new("rpc.service", service.to_owned()),
            None => return Vec::new(),
        },
        (names::RPC_RESPONSE_STATUS_CODE, Value::String(name)) => {
            match crate::grpc::number_of(name.as_str()) {
                Some(number) => KeyValue::new("rpc.grpc.status_code", number),
                None => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    vec![old]
}
