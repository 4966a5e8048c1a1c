//! Settings: the standard `OTEL_*` environment, and what of it the Rust SDK leaves to others.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `OTEL_SDK_DISABLED` | `true`: no spans, no OTLP; log lines and propagation stay | `false` |
//! | `OTEL_SERVICE_NAME` | beats `service.name` of the next one | the program's own |
//! | `OTEL_RESOURCE_ATTRIBUTES` | `key=value,…`, values percent-decoded | |
//! | `OTEL_TRACES_SAMPLER`, `…_ARG` | `always_on`, `always_off`, `traceidratio`, each also with `parentbased_` | `parentbased_always_on` |
//! | `OTEL_PROPAGATORS` | formats to read and write | `tracecontext,baggage` |
//! | `PROPAGATORS_EXTRACT`, `PROPAGATORS_INJECT` | one direction only; not of the specification | as above |
//! | `OTEL_SEMCONV_STABILITY_OPT_IN` | `http/dup`, `database/dup`, `messaging/dup`, `rpc/dup`: old attribute names beside the new | |
//! | `OTEL_TRACES_EXPORTER`, `OTEL_LOGS_EXPORTER` | `otlp` or `none` | `otlp` |
//! | `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT` | longest text value, in characters | none |
//! | `OTEL_ATTRIBUTE_COUNT_LIMIT` | for spans, where `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` is unset | 128 |
//! | `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`, `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT` | attributes of one event, one link | 128 |
//! | `K8S_POD_NAME`, `K8S_NAMESPACE_NAME`, `K8S_NODE_NAME`, `K8S_POD_UID` | the pod, from the downward API; not of the specification | |
//! | `RUST_LOG` | which events become log lines; spans do not depend on it | `info` |
//! | `LOG_FORMAT` | `json` or `pretty` | `pretty` on a terminal, else `json` |
//!
//! `OTEL_EXPORTER_OTLP_*`, `OTEL_BSP_*`, `OTEL_BLRP_*` and `OTEL_SPAN_*_COUNT_LIMIT` are read by
//! the SDK itself.
//!
//! By the specification an empty value is an unset one, names are read in any case, and a value
//! that makes no sense is told once, with what is accepted, and replaced by the default: a typo
//! in telemetry must not keep a service from starting.

mod read;

pub use crate::semconv_opt_in::OldNames;
pub use read::Lookup;

use crate::names;
use crate::propagation::Format;
use crate::sampling::{Decide, Sampling};

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
    /// `OTEL_SEMCONV_STABILITY_OPT_IN`: old attribute names beside the new.
    pub old_names: OldNames,
    /// Limits of one span.
    pub limits: Limits,
    /// `RUST_LOG`.
    pub log_filter: String,
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

/// Limits of one span that the SDK does not read from the environment by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Longest text value of an attribute, in characters.
    pub value_length: Option<usize>,
    /// Attributes of a span, where the SDK's own variable is unset.
    pub attributes: Option<u32>,
    /// Attributes of an event.
    pub event_attributes: Option<u32>,
    /// Attributes of a link.
    pub link_attributes: Option<u32>,
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
        let value_length = reader.number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT");
        let any_value_length = reader.number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT");
        let own_count = reader.text("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT").is_some();
        let any_count = reader.number("OTEL_ATTRIBUTE_COUNT_LIMIT");
        Self {
            disabled: reader.boolean("OTEL_SDK_DISABLED"),
            service_name: reader.text("OTEL_SERVICE_NAME"),
            resource_attributes: reader.pairs("OTEL_RESOURCE_ATTRIBUTES"),
            pod: POD
                .iter()
                .filter_map(|(variable, key)| Some((*key, reader.text(variable)?)))
                .collect(),
            sampling: sampling(&mut reader),
            extract: reader.formats("PROPAGATORS_EXTRACT", &both),
            inject: reader.formats("PROPAGATORS_INJECT", &both),
            export_traces: reader.exporter("OTEL_TRACES_EXPORTER"),
            export_logs: reader.exporter("OTEL_LOGS_EXPORTER"),
            old_names: reader.old_names("OTEL_SEMCONV_STABILITY_OPT_IN"),
            limits: Limits {
                value_length: value_length.or(any_value_length),
                attributes: any_count.filter(|_| !own_count),
                event_attributes: reader.number("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"),
                link_attributes: reader.number("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"),
            },
            log_filter: reader.log_filter("RUST_LOG"),
            log_format: reader.log_format("LOG_FORMAT"),
            warnings: reader.warnings,
        }
    }
}

fn sampling(reader: &mut read::Reader<'_>) -> Sampling {
    const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
    let name = reader
        .text(SAMPLER)
        .unwrap_or_else(|| "parentbased_always_on".to_owned());
    let lower = name.to_ascii_lowercase();
    let (parent_based, decide) = match lower.strip_prefix("parentbased_") {
        Some(rest) => (true, rest),
        None => (false, lower.as_str()),
    };
    let decide = match decide {
        "always_on" => Decide::Always,
        "always_off" => Decide::Never,
        "traceidratio" => Decide::Ratio(reader.ratio("OTEL_TRACES_SAMPLER_ARG")),
        _ => {
            reader.warn(
                SAMPLER,
                &name,
                "always_on, always_off, traceidratio, or one of them with parentbased_ before it",
            );
            return Sampling::default();
        }
    };
    Sampling {
        parent_based,
        root: decide,
    }
}

#[cfg(test)]
mod tests;
