//! Spans of the boundaries. Between them stand the application's own.

use super::Seen::{Always, When};
use super::*;

const fn span(
    name: &'static str,
    kind: SpanKind,
    always: &'static [&'static str],
    seen: Seen,
    meaning: &'static str,
) -> Entry {
    Entry {
        name,
        what: What::Span { kind, always },
        meaning,
        source: Source::Conventions,
        seen,
    }
}

const HTTP_SERVER: &[&str] = &[HTTP_REQUEST_METHOD, URL_PATH, URL_SCHEME];
const HTTP_CLIENT: &[&str] = &[HTTP_REQUEST_METHOD, URL_FULL, SERVER_ADDRESS, SERVER_PORT];
const RPC: &[&str] = &[RPC_SYSTEM_NAME, RPC_METHOD, RPC_RESPONSE_STATUS_CODE];
const SQL: &[&str] = &[
    DB_SYSTEM_NAME,
    DB_NAMESPACE,
    DB_COLLECTION_NAME,
    DB_OPERATION_NAME,
    DB_QUERY_SUMMARY,
    DB_QUERY_TEXT,
];
const SEND: &[&str] = &[
    MESSAGING_SYSTEM,
    MESSAGING_OPERATION_NAME,
    MESSAGING_OPERATION_TYPE,
    MESSAGING_DESTINATION_NAME,
];
const PROCESS: &[&str] = &[
    MESSAGING_SYSTEM,
    MESSAGING_OPERATION_NAME,
    MESSAGING_OPERATION_TYPE,
    MESSAGING_DESTINATION_NAME,
    MESSAGING_CONSUMER_GROUP_NAME,
    MESSAGING_DESTINATION_PARTITION_ID,
    MESSAGING_KAFKA_OFFSET,
];
const BATCH: &[&str] = &[
    MESSAGING_SYSTEM,
    MESSAGING_OPERATION_NAME,
    MESSAGING_OPERATION_TYPE,
    MESSAGING_DESTINATION_NAME,
    MESSAGING_CONSUMER_GROUP_NAME,
    MESSAGING_BATCH_MESSAGE_COUNT,
];
const COMMIT: &[&str] = &[
    MESSAGING_SYSTEM,
    MESSAGING_OPERATION_NAME,
    MESSAGING_OPERATION_TYPE,
    MESSAGING_DESTINATION_NAME,
    MESSAGING_CONSUMER_GROUP_NAME,
];
const OTHER_METHOD: Seen = When("a method is none of the nine");

pub(super) const SPANS: &[Entry] = &[
    span(
        "{http.request.method} {http.route}",
        SpanKind::Server,
        HTTP_SERVER,
        Always,
        "a request is answered; 5xx is an ERROR, 4xx is not",
    ),
    span(
        "{http.request.method}",
        SpanKind::Server,
        HTTP_SERVER,
        Always,
        "a request that no route matches is answered",
    ),
    span(
        "HTTP {http.route}",
        SpanKind::Server,
        HTTP_SERVER,
        OTHER_METHOD,
        "a request of an unknown method is answered",
    ),
    span(
        "HTTP",
        SpanKind::Server,
        HTTP_SERVER,
        OTHER_METHOD,
        "a request of an unknown method that no route matches is answered",
    ),
    span(
        "{http.request.method}",
        SpanKind::Client,
        HTTP_CLIENT,
        Always,
        "a request is sent, until the answer's head is here; 4xx and 5xx are ERRORs",
    ),
    span(
        "HTTP",
        SpanKind::Client,
        HTTP_CLIENT,
        OTHER_METHOD,
        "a request of an unknown method is sent",
    ),
    span(
        "{rpc.method}",
        SpanKind::Client,
        RPC,
        Always,
        "a gRPC call, until its trailers are here; anything but OK is an ERROR",
    ),
    span(
        "{rpc.method}",
        SpanKind::Server,
        RPC,
        Always,
        "a gRPC call is answered; only codes that say \"I am broken\" are ERRORs",
    ),
    span(
        "{db.query.summary}",
        SpanKind::Client,
        SQL,
        Always,
        "a statement runs",
    ),
    span(
        "send {messaging.destination.name}",
        SpanKind::Producer,
        SEND,
        Always,
        "a record is sent, until the broker's acknowledgement",
    ),
    span(
        "process {messaging.destination.name}",
        SpanKind::Consumer,
        PROCESS,
        Always,
        "a message is worked on; links to its producer",
    ),
    span(
        "process_batch {messaging.destination.name}",
        SpanKind::Consumer,
        BATCH,
        Always,
        "messages that were taken together; links to each one's producer",
    ),
    span(
        "commit {messaging.destination.name}",
        SpanKind::Client,
        COMMIT,
        Always,
        "offsets are committed, until the broker's answer",
    ),
];
