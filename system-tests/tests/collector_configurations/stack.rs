//! A collector of ours between the test and stand-ins for all backends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Running, free_ports};
use crate::{PATIENCE, until};

/// Every backend in one: what comes for each is written to a file of its own.
const BACKENDS: &str = r#"
receivers:
  otlp/tempo: {protocols: {grpc: {endpoint: "127.0.0.1:${env:TEMPO}", max_recv_msg_size_mib: 64}}}
  otlp/jaeger: {protocols: {grpc: {endpoint: "127.0.0.1:${env:JAEGER}", max_recv_msg_size_mib: 64}}}
  otlp/http: {protocols: {http: {endpoint: "127.0.0.1:${env:HTTP}"}}}
exporters:
  file/tempo: {path: "${env:OUT}/tempo", flush_interval: 100ms}
  file/jaeger: {path: "${env:OUT}/jaeger", flush_interval: 100ms}
  file/loki: {path: "${env:OUT}/loki", flush_interval: 100ms}
  file/prometheus: {path: "${env:OUT}/prometheus", flush_interval: 100ms}
extensions: {health_check: {endpoint: "127.0.0.1:${env:HEALTH}"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines:
    traces/tempo: {receivers: [otlp/tempo], exporters: [file/tempo]}
    traces/jaeger: {receivers: [otlp/jaeger], exporters: [file/jaeger]}
    logs: {receivers: [otlp/http], exporters: [file/loki]}
    metrics: {receivers: [otlp/http], exporters: [file/prometheus]}
"#;

/// The folder `collector/`.
pub(crate) fn folder() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().join("collector")
}

/// The files of one role, in the order in which the README's command merges them.
pub(crate) fn files(role: &str) -> Vec<PathBuf> {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let commands = readme
        .split("```")
        .filter(|block| block.contains("--config="));
    let of_role = |block: &&str| block.contains(&format!("/{role}.yaml"));
    let command = commands.clone().find(of_role);
    let command = command.unwrap_or_else(|| panic!("the README has no command with {role}.yaml"));
    let names = command
        .lines()
        .filter_map(|line| line.split("--config=").nth(1));
    let name = |rest: &str| {
        rest.split_whitespace()
            .next()?
            .rsplit('/')
            .next()
            .map(str::to_owned)
    };
    names
        .filter_map(name)
        .map(|name| folder().join(name))
        .collect()
}

pub(crate) struct Stack {
    program: PathBuf,
    files: Vec<PathBuf>,
    settings: Vec<(&'static str, String)>,
    place: TempDir,
    tempo: u16,
    jaeger: u16,
    http: u16,
    in_http: u16,
    own_metrics: u16,
    health: u16,
    backends_health: u16,
    collector: Option<Running>,
    backends: Option<Running>,
}

impl Stack {
    /// The role's files, and settings that tell them apart from their defaults.
    pub(crate) fn new(program: &Path, files: Vec<PathBuf>, more: &[(&'static str, &str)]) -> Self {
        let [
            tempo,
            jaeger,
            http,
            in_http,
            in_grpc,
            own_metrics,
            health,
            backends_health,
        ] = free_ports();
        let place = tempfile::tempdir().unwrap();
        let local = |port: u16| format!("127.0.0.1:{port}");
        let mut settings = vec![
            ("OTLP_GRPC", local(in_grpc)),
            ("OTLP_HTTP", local(in_http)),
            ("HEALTH", local(health)),
            ("SELF_METRICS_HOST", "127.0.0.1".to_owned()),
            ("SELF_METRICS_PORT", own_metrics.to_string()),
            (
                "QUEUE_DIR",
                place.path().join("queue").display().to_string(),
            ),
            ("TEMPO_OTLP", local(tempo)),
            ("JAEGER_OTLP", local(jaeger)),
            ("LOKI_OTLP", format!("http://{}", local(http))),
            ("PROMETHEUS_OTLP", format!("http://{}", local(http))),
            // A test has no quarter of a minute.
            ("METRICS_FLUSH", "1s".to_owned()),
            ("TAIL_WAIT", "5s".to_owned()),
            ("TAIL_WAIT_AFTER_ROOT", "2s".to_owned()),
            ("RETRY_MAX_INTERVAL", "1s".to_owned()),
        ];
        settings.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        Self {
            program: program.to_owned(),
            files,
            settings,
            place,
            tempo,
            jaeger,
            http,
            in_http,
            own_metrics,
            health,
            backends_health,
            collector: None,
            backends: None,
        }
    }

    pub(crate) async fn start_collector(&mut self) {
        let mut command = Command::new(&self.program);
        for file in &self.files {
            command.arg(format!("--config={}", file.display()));
        }
        command.envs(self.settings.iter().cloned());
        let log = self.place.path().join("collector.log");
        self.collector = Some(Running::start(&mut command, self.health, log).await);
    }

    pub(crate) async fn start_backends(&mut self) {
        let configuration = self.place.path().join("backends.yaml");
        fs::write(&configuration, BACKENDS).unwrap();
        let mut command = Command::new(&self.program);
        command
            .arg(format!("--config={}", configuration.display()))
            .env("OUT", self.place.path())
            .env("TEMPO", self.tempo.to_string())
            .env("JAEGER", self.jaeger.to_string())
            .env("HTTP", self.http.to_string())
            .env("HEALTH", self.backends_health.to_string());
        let log = self.place.path().join("backends.log");
        self.backends = Some(Running::start(&mut command, self.backends_health, log).await);
    }

    /// SIGKILL.
    pub(crate) fn kill_collector(&mut self) {
        self.collector.take().unwrap().kill();
    }

    /// Hands a request over; it was taken when this returns.
    pub(crate) async fn send(&self, signal: &str, request: &Value) {
        let url = format!("http://127.0.0.1:{}/v1/{signal}", self.in_http);
        let sent = reqwest::Client::new().post(&url).json(request).send().await;
        let status = sent.unwrap().status();
        assert!(status.is_success(), "{signal}: {status}");
    }

    /// What has come for a backend so far, one request a line.
    pub(crate) fn text(&self, backend: &str) -> String {
        fs::read_to_string(self.place.path().join(backend)).unwrap_or_default()
    }

    /// The same, read; a line that is being written is left out.
    pub(crate) fn requests(&self, backend: &str) -> Vec<Value> {
        let text = self.text(backend);
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines.collect()
    }

    /// The sum of the collector's own metric over the series with that label.
    pub(crate) async fn own_metric(&self, name: &str, label: &str) -> f64 {
        let url = format!("http://127.0.0.1:{}/metrics", self.own_metrics);
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let series = text.lines().filter(|line| {
            let rest = line.strip_prefix(name).unwrap_or_default();
            rest.starts_with('{') && rest.contains(label)
        });
        let values = series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    }

    /// Waits; when nothing comes of it, tells what the collector has said last.
    pub(crate) async fn wait<T>(&self, what: &str, there: impl AsyncFnMut() -> Option<T>) -> T {
        let said = self.collector.as_ref().map(Running::said);
        let what = format!("{what}; the collector said:\n{}", said.unwrap_or_default());
        until(&what, PATIENCE, there).await
    }
}
