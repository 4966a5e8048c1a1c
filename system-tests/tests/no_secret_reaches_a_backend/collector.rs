//! The collector with the files of `collector/`, as its README merges them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::STARTED;
use system_tests::collector::files;
use system_tests::program::{Running, free_ports};

/// Where it finds each backend.
pub(crate) struct Backends {
    pub(crate) tempo: String,
    pub(crate) jaeger: String,
    pub(crate) loadbalancer: String,
    pub(crate) loki: String,
    pub(crate) prometheus: String,
}

pub(crate) struct Collector {
    running: Running,
    /// Where it takes OTLP over HTTP.
    pub(crate) otlp: String,
    own_metrics: String,
}

/// Its own metrics at one moment.
pub(crate) struct OwnMetrics(String);

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_owned()
}

impl Collector {
    /// In that role, its queues and its log in `place`, its own metrics at port `own`. Without
    /// `redacting` it has the same files and one more, which takes redaction out of every pipeline.
    pub(crate) async fn start(
        program: &Path,
        role: &str,
        place: &Path,
        own: u16,
        redacting: bool,
        backends: Backends,
    ) -> Self {
        let [grpc, http, health] = free_ports();
        let local = |port: u16| format!("127.0.0.1:{port}");
        let mut command = Command::new(program);
        for file in files(role).unwrap() {
            command.arg(format!("--config={}", file.display()));
        }
        if !redacting {
            let off = file!().replace("collector.rs", "redaction-off.yaml");
            command.arg(format!("--config={}", root().join(off).display()));
        }
        command.envs([
            ("OTLP_GRPC", local(grpc)),
            ("OTLP_HTTP", local(http)),
            ("HEALTH", local(health)),
            ("SELF_METRICS_HOST", "127.0.0.1".to_owned()),
            ("SELF_METRICS_PORT", own.to_string()),
            ("QUEUE_DIR", place.join("queue").display().to_string()),
            ("TEMPO_OTLP", backends.tempo),
            ("JAEGER_OTLP", backends.jaeger),
            ("LOADBALANCER_OTLP", backends.loadbalancer),
            ("LOKI_OTLP", backends.loki),
            ("PROMETHEUS_OTLP", backends.prometheus),
            // A test has no quarter of a minute, and wants to see every trace.
            ("METRICS_FLUSH", "1s".to_owned()),
            ("TAIL_WAIT", "2s".to_owned()),
            ("TAIL_WAIT_AFTER_ROOT", "1s".to_owned()),
            ("TAIL_BASELINE_PERCENT", "100".to_owned()),
            ("RETRY_MAX_INTERVAL", "1s".to_owned()),
        ]);
        let ready = format!("http://{}/", local(health));
        let log = place.join("collector.log");
        Self {
            running: Running::start(&mut command, log, &ready, STARTED).await,
            otlp: format!("http://{}", local(http)),
            own_metrics: format!("http://{}/metrics", local(own)),
        }
    }

    pub(crate) async fn own_metrics(&self) -> OwnMetrics {
        let answer = reqwest::get(&self.own_metrics).await.unwrap();
        OwnMetrics(answer.text().await.unwrap())
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

impl OwnMetrics {
    /// The sum over the series with that word in their labels.
    pub(crate) fn sum(&self, name: &str, label: &str) -> f64 {
        let series = self.0.lines().filter(|line| {
            let rest = line.strip_prefix(name).unwrap_or_default();
            rest.starts_with('{') && rest.contains(label)
        });
        let values = series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    }
}
