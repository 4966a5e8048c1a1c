//! What leaves the process: which signals, where to, how many wait, and how large one may be.

use std::time::Duration;

use http::Uri;

use super::read::Reader;

/// The largest queue that can be asked for: a million spans are about a gigabyte.
const MAX_QUEUE: usize = 1_000_000;

/// When metrics are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricExport {
    /// From one export to the next.
    pub interval: Duration,
    /// How long one export may take.
    pub timeout: Duration,
}

/// The queue in front of an exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSettings {
    /// How many may wait; what comes beyond is dropped.
    pub capacity: usize,
    /// How many are sent at once.
    pub batch: usize,
    /// The longest wait of a batch that is not full.
    pub delay: Duration,
    /// How long one export may take.
    pub timeout: Duration,
}

/// How OTLP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// gRPC.
    Grpc,
    /// Protobuf over HTTP.
    HttpProtobuf,
}

/// Limits of one span. What is beyond is left out and counted in the span's `dropped_*_count`;
/// a longer value is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text value of an attribute, in characters; of log records too.
    pub value_length: usize,
    /// Attributes of a span.
    pub attributes: u32,
    /// Events of a span.
    pub events: u32,
    /// Links of a span.
    pub links: u32,
    /// Attributes of an event.
    pub event_attributes: u32,
    /// Attributes of a link.
    pub link_attributes: u32,
}

impl Default for Limits {
    /// The specification's values. It knows no limit for the length of a value; here it is 4,096
    /// characters, because a limit on their number bounds nothing while one of them may be a
    /// megabyte: a statement and a chain of errors fit, a body that slipped in does not.
    fn default() -> Self {
        Self {
            value_length: 4_096,
            attributes: 128,
            events: 128,
            links: 128,
            event_attributes: 128,
            link_attributes: 128,
        }
    }
}

pub(super) fn limits(reader: &mut Reader<'_>) -> Limits {
    let default = Limits::default();
    let mut either = |own: &str, general: &str, default: usize| {
        let general = reader.number(general);
        reader.number(own).or(general).unwrap_or(default)
    };
    let value_length = either(
        "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        default.value_length,
    );
    let attributes = either(
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        "OTEL_ATTRIBUTE_COUNT_LIMIT",
        128,
    );
    let mut count = |name: &str, default| reader.number(name).unwrap_or(default);
    Limits {
        value_length,
        attributes: u32::try_from(attributes).unwrap_or(u32::MAX),
        events: count("OTEL_SPAN_EVENT_COUNT_LIMIT", default.events),
        links: count("OTEL_SPAN_LINK_COUNT_LIMIT", default.links),
        event_attributes: count("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", default.event_attributes),
        link_attributes: count("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", default.link_attributes),
    }
}

/// `prefix` is `OTEL_BSP` or `OTEL_BLRP`, whose delays differ by default.
pub(super) fn queue(reader: &mut Reader<'_>, prefix: &str, delay: u64) -> QueueSettings {
    let name = |rest: &str| format!("{prefix}_{rest}");
    let capacity = reader.between_1_and(&name("MAX_QUEUE_SIZE"), MAX_QUEUE, 2_048);
    let batch = reader.between_1_and(&name("MAX_EXPORT_BATCH_SIZE"), MAX_QUEUE, 512);
    QueueSettings {
        capacity,
        // A larger batch would never be full.
        batch: batch.min(capacity),
        delay: reader.milliseconds(&name("SCHEDULE_DELAY"), delay),
        timeout: reader.milliseconds(&name("EXPORT_TIMEOUT"), 30_000),
    }
}

/// Metrics; `None`: not exported.
pub(super) fn metrics(reader: &mut Reader<'_>) -> Option<MetricExport> {
    wanted(reader, "METRICS").then(|| MetricExport {
        interval: reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
        timeout: reader.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT", 30_000),
    })
}

/// Whether a signal is exported: it is not switched off, and there is somewhere to send it to.
pub(super) fn wanted(reader: &mut Reader<'_>, signal: &str) -> bool {
    if !reader.exporter(&format!("OTEL_{signal}_EXPORTER")) {
        return false;
    }
    let own = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
    let general = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let name = [own.as_str(), general]
        .into_iter()
        .find(|name| reader.text(name).is_some());
    let Some(name) = name else {
        return true;
    };
    let good = reader.text(name).is_some_and(|value| is_url(&value));
    if !good {
        // Without the value: there may be a password in it.
        let warning = format!(
            "{name} is no URL such as http://localhost:4318: what would go there is not exported"
        );
        if !reader.warnings.contains(&warning) {
            reader.warnings.push(warning);
        }
    }
    good
}

fn is_url(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// What the exporter of a signal speaks, which reads the same variables by itself.
pub(super) fn protocol(reader: &mut Reader<'_>, signal: &str) -> OtlpProtocol {
    let own = format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL");
    for name in [own.as_str(), "OTEL_EXPORTER_OTLP_PROTOCOL"] {
        match reader.text(name) {
            Some(word) if word.eq_ignore_ascii_case("grpc") => return OtlpProtocol::Grpc,
            Some(word) if word.eq_ignore_ascii_case("http/protobuf") => break,
            Some(word) => reader.warn(name, &word, "grpc or http/protobuf"),
            None => {}
        }
    }
    OtlpProtocol::HttpProtobuf
}
