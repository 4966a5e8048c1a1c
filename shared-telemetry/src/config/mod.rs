//! Settings: the standard `OTEL_*` environment, and what of it the Rust SDK leaves to others.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `OTEL_SDK_DISABLED` | `true`: no spans, no OTLP; log lines and propagation stay | `false` |
//! | `OTEL_SERVICE_NAME` | beats `service.name` of the next one | the program's own |
//! | `OTEL_RESOURCE_ATTRIBUTES` | `key=value,…`, values percent-decoded | |
//! | `OTEL_TRACES_SAMPLER`, `…_ARG` | `always_on`, `always_off`, `traceidratio`, and of our own `ratelimiting`, `rules`; each also with `parentbased_`, see [`crate::sampling`] | `parentbased_always_on` |
//! | `OTEL_PROPAGATORS` | formats to read and write | `tracecontext,baggage` |
//! | `PROPAGATORS_EXTRACT`, `PROPAGATORS_INJECT` | one direction only; not of the specification | as above |
//! | `OTEL_SEMCONV_STABILITY_OPT_IN` | `http/dup`, `database/dup`, `messaging/dup`, `rpc/dup`: old attribute names beside the new | |
//! | `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER`, `OTEL_METRICS_EXPORTER` | `otlp` or `none` | `otlp` |
//! | `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_METRIC_EXPORT_TIMEOUT` | how often metrics are sent, and how long that may take, in milliseconds | 60000, 30000 |
//! | `OTEL_BSP_MAX_QUEUE_SIZE`, `OTEL_BLRP_MAX_QUEUE_SIZE` | how many spans, log records may wait; more are dropped and counted | 2048 |
//! | `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, `OTEL_BLRP_…` | how many are sent at once | 512 |
//! | `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_BLRP_…` | the longest wait of a batch that is not full, in milliseconds | 5000, 1000 |
//! | `OTEL_BSP_EXPORT_TIMEOUT`, `OTEL_BLRP_…` | how long one export may take, in milliseconds | 30000 |
//! | `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT` | longest text value, in characters | 4096, see [`Limits`] |
//! | `OTEL_ATTRIBUTE_COUNT_LIMIT`, `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` | attributes of one span | 128 |
//! | `OTEL_SPAN_EVENT_COUNT_LIMIT`, `OTEL_SPAN_LINK_COUNT_LIMIT` | events, links of one span | 128 |
//! | `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`, `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT` | attributes of one event, one link | 128 |
//! | `K8S_POD_NAME`, `K8S_NAMESPACE_NAME`, `K8S_NODE_NAME`, `K8S_POD_UID` | the pod, from the downward API; not of the specification | |
//! | `TELEMETRY_SPAN_ENCODER` | `own` or `stock`: who writes spans as OTLP, see [`SpanEncoder`]; not of the specification | `own` |
//! | `TELEMETRY_REDACTION` | `off`: secrets are not taken out, see [`crate::redact`]; not of the specification | `on` |
//! | `TELEMETRY_SPAN_FILTER` | which `tracing` spans are recorded, and which named events on them, written as `RUST_LOG` is; a boundary's span does not depend on it; not of the specification | `info` |
//! | `RUST_LOG` | which events become log lines; spans do not depend on it | `info` |
//! | `LOG_FORMAT` | `json` or `pretty` | `pretty` on a terminal, else `json` |
//!
//! `OTEL_EXPORTER_OTLP_*` are read by the exporters themselves; here only what our own sender of spans
//! needs of them. An endpoint that is no URL is told,
//! and what would go there is not exported.
//!
//! By the specification an empty value is an unset one, names are read in any case, and a value
//! that makes no sense is told once, with what is accepted, and replaced by the default: a typo
//! in telemetry must not keep a service from starting.

mod exports;
mod read;
mod sampler;
mod target;

pub use crate::semconv_opt_in::OldNames;
pub use exports::{Limits, MetricExport, OtlpProtocol, QueueSettings};
pub use read::Lookup;
pub use target::{OtlpTarget, SpanEncoder};

use crate::names;
use crate::propagation::Format;
use crate::sampling::Sampling;

/// Everything [`crate::Telemetry`] is started with.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `OTEL_SDK_DISABLED`.
    pub disabled: bool,
    /// `service.name`, when the environment gives one.
    pub service_name: Option<String>,
    /// `OTEL_RESOURCE_ATTRIBUTES`, decoded, in order.
    pub resource_attributes: Vec<(String, String)>,
    /// `k8s.*` of the pod this runs in, where its manifest hands them down.
    pub pod: Vec<(&'static str, String)>,
    /// Which traces are kept.
    pub sampling: Sampling,
    /// Formats to read; W3C wins over B3, see [`crate::propagation`].
    pub extract: Vec<Format>,
    /// Formats to write.
    pub inject: Vec<Format>,
    /// Spans go out by OTLP.
    pub export_traces: bool,
    /// Log records go out by OTLP, beside the lines on standard output.
    pub export_logs: bool,
    /// How metrics go out by OTLP; `None`: not at all.
    pub export_metrics: Option<MetricExport>,
    /// How spans are sent.
    pub traces_protocol: OtlpProtocol,
    /// Who writes spans as OTLP.
    pub span_encoder: SpanEncoder,
    /// How log records are sent.
    pub logs_protocol: OtlpProtocol,
    /// The queue of spans, `OTEL_BSP_*`.
    pub span_queue: QueueSettings,
    /// The queue of log records, `OTEL_BLRP_*`.
    pub log_queue: QueueSettings,
    /// `OTEL_SEMCONV_STABILITY_OPT_IN`: old attribute names beside the new.
    pub old_names: OldNames,
    /// Limits of one span.
    pub limits: Limits,
    /// `TELEMETRY_REDACTION`: what must not leave is taken out.
    pub redaction: bool,
    /// `RUST_LOG`.
    pub log_filter: String,
    /// `TELEMETRY_SPAN_FILTER`.
    pub span_filter: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// One sentence for each value that was not understood.
    pub warnings: Vec<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For eyes.
    Pretty,
}

/// The usual variables for what the downward API knows of a pod, and the attribute of each.
const POD: [(&str, &str); 4] = [
    ("K8S_POD_NAME", names::K8S_POD_NAME),
    ("K8S_NAMESPACE_NAME", names::K8S_NAMESPACE_NAME),
    ("K8S_NODE_NAME", names::K8S_NODE_NAME),
    ("K8S_POD_UID", names::K8S_POD_UID),
];

impl Settings {
    /// Reads the process's environment.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // This is this crate's reader of the environment.
    pub fn from_environment() -> Self {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads settings by `lookup`, for tests and for other sources.
    #[must_use]
    pub fn from_lookup(lookup: Lookup<'_>) -> Self {
        let mut reader = read::Reader::new(lookup);
        let both = reader.formats("OTEL_PROPAGATORS", &Format::DEFAULT);
        Self {
            disabled: reader.boolean("OTEL_SDK_DISABLED"),
            service_name: reader.text("OTEL_SERVICE_NAME"),
            resource_attributes: reader.pairs("OTEL_RESOURCE_ATTRIBUTES"),
            pod: POD
                .iter()
                .filter_map(|(variable, key)| Some((*key, reader.text(variable)?)))
                .collect(),
            sampling: sampler::sampling(&mut reader),
            extract: reader.formats("PROPAGATORS_EXTRACT", &both),
            inject: reader.formats("PROPAGATORS_INJECT", &both),
            export_traces: exports::wanted(&mut reader, "TRACES"),
            export_logs: exports::wanted(&mut reader, "LOGS"),
            export_metrics: exports::metrics(&mut reader),
            traces_protocol: exports::protocol(&mut reader, "TRACES"),
            span_encoder: target::span_encoder(&mut reader),
            logs_protocol: exports::protocol(&mut reader, "LOGS"),
            span_queue: exports::queue(&mut reader, "OTEL_BSP", 5_000),
            log_queue: exports::queue(&mut reader, "OTEL_BLRP", 1_000),
            old_names: reader.old_names("OTEL_SEMCONV_STABILITY_OPT_IN"),
            limits: exports::limits(&mut reader),
            redaction: reader.switch("TELEMETRY_REDACTION", true),
            log_filter: reader.filter("RUST_LOG"),
            span_filter: reader.filter("TELEMETRY_SPAN_FILTER"),
            log_format: reader.log_format("LOG_FORMAT"),
            warnings: reader.warnings,
        }
    }
}

#[cfg(test)]
mod tests;
