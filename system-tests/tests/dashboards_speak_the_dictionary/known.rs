//! What Prometheus and Loki know by name: the dictionary as they write it, what the collector
//! counts, what the rules record, and what the programs tell of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use shared_telemetry::names::{Entry, Instrument, What};

use crate::yaml;

pub(crate) type Labels = BTreeSet<String>;

/// What no file of this repository says: metrics of the programs, with the labels asked for.
pub(crate) const OF_PROGRAMS: &[(&str, &[&str])] = &[
    ("ALERTS", &["alertname", "alertstate", "severity"]),
    ("otelcol_exporter_enqueue_failed_log_records", &["exporter"]),
    (
        "otelcol_exporter_enqueue_failed_metric_points",
        &["exporter"],
    ),
    ("otelcol_exporter_enqueue_failed_spans", &["exporter"]),
    (
        "otelcol_exporter_queue_capacity",
        &["data_type", "exporter"],
    ),
    ("otelcol_exporter_queue_size", &["data_type", "exporter"]),
    ("otelcol_exporter_send_failed_log_records", &["exporter"]),
    ("otelcol_exporter_send_failed_metric_points", &["exporter"]),
    ("otelcol_exporter_send_failed_spans", &["exporter"]),
    ("otelcol_exporter_sent_spans", &["exporter"]),
    ("otelcol_loadbalancer_num_backends", &["resolver"]),
    ("otelcol_process_memory_rss", &[]),
    (
        "otelcol_processor_tail_sampling_count_traces_sampled",
        &["decision", "policy"],
    ),
    (
        "otelcol_processor_tail_sampling_early_releases_from_cache_decision",
        &["sampled"],
    ),
    (
        "otelcol_processor_tail_sampling_global_count_traces_sampled",
        &["sampled"],
    ),
    ("otelcol_processor_tail_sampling_new_trace_id_received", &[]),
    (
        "otelcol_processor_tail_sampling_sampling_policy_evaluation_error",
        &[],
    ),
    (
        "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early",
        &[],
    ),
    (
        "otelcol_processor_tail_sampling_sampling_traces_on_memory",
        &[],
    ),
    (
        "otelcol_processor_tail_sampling_traces_dropped_too_large",
        &[],
    ),
    ("otelcol_receiver_accepted_spans", &[]),
    ("otelcol_receiver_refused_log_records", &[]),
    ("otelcol_receiver_refused_metric_points", &[]),
    ("otelcol_receiver_refused_spans", &[]),
    ("prometheus_tsdb_exemplar_exemplars_appended_total", &[]),
    ("prometheus_tsdb_exemplar_out_of_order_exemplars_total", &[]),
    ("up", &[]),
];
/// What Loki makes of an OTLP log record besides its attributes.
const OF_LOKI: [&str; 9] = [
    "trace_id",
    "span_id",
    "flags",
    "severity_text",
    "severity_number",
    "observed_timestamp",
    "detected_level",
    "scope_name",
    "scope_version",
];
/// What the span metrics have besides the dimensions that are asked for.
const OF_SPANS: [&str; 4] = ["service_name", "span_name", "span_kind", "status_code"];

/// The names that a query may use.
pub(crate) struct Known {
    pub(crate) dictionary: Vec<&'static Entry>,
    /// Prometheus' metrics with their labels.
    pub(crate) metrics: BTreeMap<String, Labels>,
    /// What selects a stream of log lines.
    pub(crate) streams: Labels,
    /// What a log line has beside it.
    pub(crate) of_lines: Labels,
}

impl Known {
    /// Without what rules record.
    pub(crate) fn read(root: &Path, dictionary: Vec<&'static Entry>) -> Self {
        let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let promoted = promoted(&text("backends/prometheus/prometheus.yml"));
        let mut metrics = BTreeMap::new();
        for entry in &dictionary {
            let What::Metric {
                instrument,
                unit,
                attributes,
            } = &entry.what
            else {
                continue;
            };
            let labels: Labels = attributes.iter().map(|name| underscores(name)).collect();
            for (name, more) in series(entry.name, instrument, unit) {
                let labels = labels.iter().chain(&promoted).cloned();
                metrics.insert(name, labels.chain(more.map(str::to_owned)).collect());
            }
        }
        for file in ["collector/red-metrics.yaml", "collector/tail-sampling.yaml"] {
            metrics.extend(span_metrics(&text(file)));
        }
        for (name, labels) in OF_PROGRAMS {
            let labels = labels.iter().map(|label| (*label).to_owned());
            metrics.insert((*name).to_owned(), labels.collect());
        }
        let streams = yaml::list(&text("backends/loki/loki.yaml"), "attributes");
        let streams = streams.iter().map(|name| underscores(name)).collect();
        let beside = |entry: &&&Entry| matches!(entry.what, What::LogField(_) | What::Resource(_));
        let of_lines = dictionary.iter().filter(beside);
        let of_lines = of_lines.map(|entry| underscores(entry.name));
        let of_lines = of_lines.chain(OF_LOKI.map(str::to_owned)).collect();
        let mut known = Self {
            dictionary,
            metrics,
            streams,
            of_lines,
        };
        for labels in known.metrics.values_mut() {
            labels.extend(["job".to_owned(), "instance".to_owned()]);
        }
        known
    }

    /// Whether `key` of `sort` is in the dictionary.
    pub(crate) fn has(&self, key: &str, sort: fn(&What) -> bool) -> bool {
        let mut all = self.dictionary.iter();
        all.any(|entry| entry.name == key && sort(&entry.what))
    }
}

pub(crate) fn underscores(name: &str) -> String {
    name.replace('.', "_")
}

/// The attributes of the Resource that Prometheus makes labels of.
fn promoted(text: &str) -> Vec<String> {
    let promoted = yaml::list(text, "promote_resource_attributes");
    assert!(
        promoted.contains(&"service.name".to_owned()),
        "{promoted:?}"
    );
    promoted.iter().map(|name| underscores(name)).collect()
}

/// The names that Prometheus gives to a metric, each with the label that comes with it.
fn series(name: &str, instrument: &Instrument, unit: &str) -> Vec<(String, Option<&'static str>)> {
    let mut name = underscores(name);
    let suffix = match unit {
        "s" => "_seconds",
        "By" => "_bytes",
        // Prometheus leaves out what is counted.
        unit if unit.starts_with('{') => "",
        unit => panic!("say here what Prometheus makes of the unit {unit}"),
    };
    if !name.ends_with(suffix) {
        name += suffix;
    }
    match instrument {
        Instrument::Counter if name.ends_with("_total") => vec![(name, None)],
        Instrument::Counter => vec![(name + "_total", None)],
        Instrument::UpDownCounter | Instrument::Gauge => vec![(name, None)],
        Instrument::Histogram(_) => vec![
            (format!("{name}_bucket"), Some("le")),
            (format!("{name}_sum"), None),
            (format!("{name}_count"), None),
        ],
    }
}

/// What a span metrics connector counts, by its own settings.
fn span_metrics(text: &str) -> Vec<(String, Labels)> {
    let namespace = yaml::value(text, "namespace").expect("a namespace");
    let mut labels: Labels = OF_SPANS.map(str::to_owned).into();
    let keys = yaml::list(text, "resource_metrics_key_attributes");
    let dimensions = yaml::list(text, "dimensions");
    assert!(!keys.is_empty() && !dimensions.is_empty());
    labels.extend(keys.iter().chain(&dimensions).map(|key| underscores(key)));
    let calls = series(
        &format!("{namespace}.calls"),
        &Instrument::Counter,
        "{call}",
    );
    let unit = yaml::value(text, "unit").expect("a unit");
    let duration = series(
        &format!("{namespace}.duration"),
        &Instrument::Histogram(&[]),
        &unit,
    );
    let all = calls.into_iter().chain(duration);
    all.map(|(name, more)| {
        let more = more.map(str::to_owned);
        (name, labels.iter().cloned().chain(more).collect())
    })
    .collect()
}
