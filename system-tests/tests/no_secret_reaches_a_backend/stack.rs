//! The collector, and behind it Loki, Prometheus, and the trace viewer in the places of Tempo and
//! Jaeger.

use std::fs;
use std::path::Path;

use system_tests::canaries::{Canaries, Leak};
use tempfile::TempDir;

use crate::PATIENCE;
use crate::backends::{Loki, Prometheus, Traces};
use crate::collector::{Backends, Collector};
use crate::programs::Programs;
use system_tests::program::free_ports;
use system_tests::until;

/// Everything that stores telemetry, and one folder with all of their files.
pub(crate) struct Stack {
    collector: Collector,
    loki: Loki,
    prometheus: Prometheus,
    tempo: Traces,
    jaeger: Traces,
    place: TempDir,
}

/// Where something was searched, and what of the canaries is there.
pub(crate) type Found = Vec<(&'static str, Vec<Leak>)>;

impl Stack {
    /// `redacting`: whether the collector does.
    pub(crate) async fn start(programs: &Programs, redacting: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let [own] = free_ports();
        let loki = Loki::start(&programs.loki, place.path()).await;
        let prometheus = Prometheus::start(&programs.prometheus, place.path(), own).await;
        let (tempo, jaeger) = (Traces::start(), Traces::start());
        let backends = Backends {
            tempo: tempo.otlp_grpc(),
            jaeger: jaeger.otlp_grpc(),
            // In no pipeline of this role.
            loadbalancer: tempo.otlp_grpc(),
            loki: loki.otlp(),
            prometheus: prometheus.otlp(),
        };
        let (program, place_of) = (&programs.otelcol, place.path());
        let collector =
            Collector::start(program, "single", place_of, own, redacting, backends).await;
        Self {
            collector,
            loki,
            prometheus,
            tempo,
            jaeger,
            place,
        }
    }

    /// Where OTLP over HTTP is taken.
    pub(crate) fn otlp(&self) -> &str {
        &self.collector.otlp
    }

    /// Waits until the backends have all that the collector has taken: as many spans and log records
    /// have left as came, no queue holds anything, and each span is counted in Prometheus.
    pub(crate) async fn all_delivered(&self) {
        let what = "all that was taken, in every backend";
        let delivered = until(what, PATIENCE, async || {
            let own = self.collector.own_metrics().await;
            let spans = own.sum("otelcol_receiver_accepted_spans", "");
            let sent = |exporter: &str| own.sum("otelcol_exporter_sent_spans", exporter);
            let whole = sent("tempo") >= spans && sent("jaeger") >= spans;
            let logs = own.sum("otelcol_receiver_accepted_log_records", "");
            let logged = own.sum("otelcol_exporter_sent_log_records", "loki");
            let waiting = own.sum("otelcol_exporter_queue_size", "");
            let calls = self.prometheus.sum("traces_span_metrics_calls_total").await;
            let done = spans > 0.0 && whole && logged >= logs && calls >= spans && waiting <= 0.0;
            done.then_some((spans, logs))
        });
        let (spans, logs) = delivered.await;
        println!("{spans} spans and {logs} log records in the backends");
    }

    /// Searches what the backends answer, then stops them and searches their files.
    pub(crate) async fn search(self, canaries: &Canaries) -> Found {
        let answers = [
            ("Loki, by its API", self.loki.everything().await),
            ("Prometheus, by its API", self.prometheus.everything().await),
            ("trace viewer as Tempo", self.tempo.everything().await),
            ("trace viewer as Jaeger", self.jaeger.everything().await),
        ];
        let found = answers.map(|(place, text)| (place, canaries.found_in(&text)));
        let mut found = found.to_vec();
        self.loki.stop().await;
        self.prometheus.stop().await;
        self.collector.stop().await;
        for (what, name) in [
            ("Loki's files", "loki"),
            ("Prometheus' files", "prometheus"),
            ("the collector's queues", "queue"),
            ("the collector's log", "collector.log"),
            ("Loki's log", "loki.log"),
            ("Prometheus' log", "prometheus.log"),
        ] {
            let bytes = contents(&self.place.path().join(name));
            assert!(!bytes.is_empty() || name.ends_with("log"), "no {what}");
            found.push((what, canaries.found_in_bytes(&bytes)));
        }
        found
    }
}

/// All bytes of a file, or of all files below a folder with their names.
pub(crate) fn contents(path: &Path) -> Vec<u8> {
    if !path.is_dir() {
        return fs::read(path).unwrap_or_default();
    }
    let mut bytes = Vec::new();
    for entry in fs::read_dir(path).unwrap().flatten() {
        bytes.extend(entry.file_name().into_encoded_bytes());
        bytes.push(b'\n');
        bytes.extend(contents(&entry.path()));
    }
    bytes
}
