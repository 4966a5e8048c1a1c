//! Metrics of this crate itself: what becomes of telemetry.

use super::Seen::{Always, When};
use super::{ERROR_TYPE, Entry, Instrument, Metric, Seen, entries};

const fn of_the_sdk(
    name: &'static str,
    instrument: Instrument,
    unit: &'static str,
    attributes: &'static [&'static str],
    meaning: &'static str,
) -> Metric {
    Metric::ours(name, instrument, unit, attributes, Always, meaning).of_conventions()
}

const COMPONENT: &[&str] = &[OTEL_COMPONENT_TYPE, OTEL_COMPONENT_NAME];
const OUTCOME: &[&str] = &[OTEL_COMPONENT_TYPE, OTEL_COMPONENT_NAME, ERROR_TYPE];

/// How many spans wait to be exported.
pub const SPAN_QUEUE_SIZE: Metric = of_the_sdk(
    "otel.sdk.processor.span.queue.size",
    Instrument::UpDownCounter,
    "{span}",
    COMPONENT,
    "how many spans wait to be exported",
);
/// How many spans may wait.
pub const SPAN_QUEUE_CAPACITY: Metric = of_the_sdk(
    "otel.sdk.processor.span.queue.capacity",
    Instrument::UpDownCounter,
    "{span}",
    COMPONENT,
    "how many spans may wait; `OTEL_BSP_MAX_QUEUE_SIZE`",
);
/// Spans that were handed to the exporter or dropped.
pub const SPANS_PROCESSED: Metric = of_the_sdk(
    "otel.sdk.processor.span.processed",
    Instrument::Counter,
    "{span}",
    OUTCOME,
    "spans handed to the exporter, or dropped with `error.type` `queue_full` or `already_shutdown`",
);
/// Spans that are being exported.
pub const SPANS_IN_FLIGHT: Metric = of_the_sdk(
    "otel.sdk.exporter.span.inflight",
    Instrument::UpDownCounter,
    "{span}",
    COMPONENT,
    "spans that were sent and not yet answered for",
);
/// Spans whose export has ended.
pub const SPANS_EXPORTED: Metric = of_the_sdk(
    "otel.sdk.exporter.span.exported",
    Instrument::Counter,
    "{span}",
    OUTCOME,
    "spans that a collector has taken, or lost with `error.type` `timeout` or `_OTHER`",
);
/// How many log records wait to be exported.
pub const LOG_QUEUE_SIZE: Metric = of_the_sdk(
    "otel.sdk.processor.log.queue.size",
    Instrument::UpDownCounter,
    "{log_record}",
    COMPONENT,
    "how many log records wait to be exported",
);
/// How many log records may wait.
pub const LOG_QUEUE_CAPACITY: Metric = of_the_sdk(
    "otel.sdk.processor.log.queue.capacity",
    Instrument::UpDownCounter,
    "{log_record}",
    COMPONENT,
    "how many log records may wait; `OTEL_BLRP_MAX_QUEUE_SIZE`",
);
/// Log records that were handed to the exporter or dropped.
pub const LOGS_PROCESSED: Metric = of_the_sdk(
    "otel.sdk.processor.log.processed",
    Instrument::Counter,
    "{log_record}",
    OUTCOME,
    "log records handed to the exporter, or dropped, as with spans",
);
/// Log records that are being exported.
pub const LOGS_IN_FLIGHT: Metric = of_the_sdk(
    "otel.sdk.exporter.log.inflight",
    Instrument::UpDownCounter,
    "{log_record}",
    COMPONENT,
    "log records that were sent and not yet answered for",
);
/// Log records whose export has ended.
pub const LOGS_EXPORTED: Metric = of_the_sdk(
    "otel.sdk.exporter.log.exported",
    Instrument::Counter,
    "{log_record}",
    OUTCOME,
    "log records that a collector has taken, or lost, as with spans",
);

const STRANGE_BAGGAGE: Seen = When("a caller of the edge sends baggage that is not let in");

/// Baggage entries that an edge has dropped.
pub const BAGGAGE_ENTRIES_DROPPED: Metric = Metric::ours(
    "baggage.dropped",
    Instrument::Counter,
    "{entry}",
    &[],
    STRANGE_BAGGAGE,
    "baggage entries that an edge has dropped, unlisted or too long",
);

/// Connections of a pool.
pub const DB_CLIENT_CONNECTION_COUNT: Metric = Metric::ours(
    "db.client.connection.count",
    Instrument::UpDownCounter,
    "{connection}",
    &[DB_CLIENT_CONNECTION_POOL_NAME, DB_CLIENT_CONNECTION_STATE],
    Always,
    "connections of a pool to a database, by whether they are in use",
)
.of_conventions();

/// How many connections a pool may have.
pub const DB_CLIENT_CONNECTION_MAX: Metric = Metric::ours(
    "db.client.connection.max",
    Instrument::UpDownCounter,
    "{connection}",
    &[DB_CLIENT_CONNECTION_POOL_NAME],
    Always,
    "how many connections a pool may have",
)
.of_conventions();

pub(super) const METRICS: &[Entry] = &[
    SPAN_QUEUE_SIZE.entry(),
    SPAN_QUEUE_CAPACITY.entry(),
    SPANS_PROCESSED.entry(),
    SPANS_IN_FLIGHT.entry(),
    SPANS_EXPORTED.entry(),
    LOG_QUEUE_SIZE.entry(),
    LOG_QUEUE_CAPACITY.entry(),
    LOGS_PROCESSED.entry(),
    LOGS_IN_FLIGHT.entry(),
    LOGS_EXPORTED.entry(),
    BAGGAGE_ENTRIES_DROPPED.entry(),
    DB_CLIENT_CONNECTION_COUNT.entry(),
    DB_CLIENT_CONNECTION_MAX.entry(),
];

entries! {
    METRIC_ATTRIBUTES: super::What::MetricAttribute, super::Source::Conventions;
    DB_CLIENT_CONNECTION_POOL_NAME = "db.client.connection.pool.name": Text, Always,
        "which pool of the process, a database's name, perhaps with `.readers` or `.writer`";
    DB_CLIENT_CONNECTION_STATE = "db.client.connection.state": Text, Always, "`idle` or `used`";
    OTEL_COMPONENT_NAME = "otel.component.name": Text, Always,
        "which part of the export, `batching_span_processor/0`";
    OTEL_COMPONENT_TYPE = "otel.component.type": Text, Always,
        "what sort of part, `batching_span_processor`";
}

/// Its constant is that of the spans' attribute.
pub(super) const ERROR_TYPE_OF_METRICS: &[Entry] = &[Entry {
    name: ERROR_TYPE,
    what: super::What::MetricAttribute(super::Type::Text),
    meaning: "why something was lost: `queue_full`, `already_shutdown`, `timeout`, `_OTHER`; none \
              when it was not",
    source: super::Source::Conventions,
    seen: Always,
}];
