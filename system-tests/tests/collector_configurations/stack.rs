//! One collector of ours between the test and stand-ins for all backends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::PATIENCE;
use crate::collector::{Collector, Settings};
use system_tests::program::{Running, free_ports};
use system_tests::until;

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

/// The files of one role, in the order in which the README's command merges them.
pub(crate) fn files(role: &str) -> Vec<PathBuf> {
    system_tests::collector::files(role).unwrap()
}

/// Starts a collector and waits until its health check, at that port, is content.
pub(crate) async fn start(command: &mut Command, health: u16, log: PathBuf) -> Running {
    let ready = format!("http://127.0.0.1:{health}/");
    Running::start(command, log, &ready, Duration::from_secs(60)).await
}

/// Stand-ins for the backends.
pub(crate) struct Backends {
    program: PathBuf,
    place: TempDir,
    tempo: u16,
    jaeger: u16,
    http: u16,
    health: u16,
    running: Option<Running>,
}

impl Backends {
    /// Where they will be, before they are there.
    pub(crate) fn new(program: &Path) -> Self {
        let [tempo, jaeger, http, health] = free_ports();
        Self {
            program: program.to_owned(),
            place: tempfile::tempdir().unwrap(),
            tempo,
            jaeger,
            http,
            health,
            running: None,
        }
    }

    /// Room for whatever belongs to a test, gone with it.
    pub(crate) fn place(&self) -> &Path {
        self.place.path()
    }

    /// What tells a collector where they are.
    pub(crate) fn settings(&self) -> Settings {
        let grpc = |port: u16| format!("127.0.0.1:{port}");
        let http = format!("http://127.0.0.1:{}", self.http);
        vec![
            ("TEMPO_OTLP", grpc(self.tempo)),
            ("JAEGER_OTLP", grpc(self.jaeger)),
            ("LOKI_OTLP", http.clone()),
            ("PROMETHEUS_OTLP", http),
        ]
    }

    pub(crate) async fn start(&mut self) {
        let configuration = self.place().join("backends.yaml");
        fs::write(&configuration, BACKENDS).unwrap();
        let mut command = Command::new(&self.program);
        command
            .arg(format!("--config={}", configuration.display()))
            .env("OUT", self.place())
            .env("TEMPO", self.tempo.to_string())
            .env("JAEGER", self.jaeger.to_string())
            .env("HTTP", self.http.to_string())
            .env("HEALTH", self.health.to_string());
        let log = self.place().join("backends.log");
        self.running = Some(start(&mut command, self.health, log).await);
    }

    /// What has come for a backend so far, one request a line.
    pub(crate) fn text(&self, backend: &str) -> String {
        fs::read_to_string(self.place().join(backend)).unwrap_or_default()
    }

    /// The same, read; a line that is being written is left out.
    pub(crate) fn requests(&self, backend: &str) -> Vec<Value> {
        let text = self.text(backend);
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines.collect()
    }
}

pub(crate) struct Stack {
    pub(crate) backends: Backends,
    pub(crate) collector: Collector,
}

impl Stack {
    /// The role's files, and settings that tell them apart from their defaults.
    pub(crate) fn new(program: &Path, files: Vec<PathBuf>, more: &[(&'static str, &str)]) -> Self {
        let backends = Backends::new(program);
        let more = more
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let settings = backends.settings().into_iter().chain(more).collect();
        let collector = Collector::new(program, files, backends.place(), settings);
        Self {
            backends,
            collector,
        }
    }

    pub(crate) async fn start_collector(&mut self) {
        self.collector.start().await;
    }

    pub(crate) async fn start_backends(&mut self) {
        self.backends.start().await;
    }

    /// SIGKILL.
    pub(crate) fn kill_collector(&mut self) {
        self.collector.kill();
    }

    /// Hands a request over; it was taken when this returns.
    pub(crate) async fn send(&self, signal: &str, request: &Value) {
        self.collector.send(signal, request).await;
    }

    /// See [`Backends::text`].
    pub(crate) fn text(&self, backend: &str) -> String {
        self.backends.text(backend)
    }

    /// See [`Backends::requests`].
    pub(crate) fn requests(&self, backend: &str) -> Vec<Value> {
        self.backends.requests(backend)
    }

    /// See [`Collector::own_metric`].
    pub(crate) async fn own_metric(&self, name: &str, label: &str) -> f64 {
        self.collector.own_metric(name, label).await
    }

    /// Waits; when nothing comes of it, tells what the collector has said last.
    pub(crate) async fn wait<T>(&self, what: &str, there: impl AsyncFnMut() -> Option<T>) -> T {
        let what = format!("{what}; the collector said:\n{}", self.collector.said());
        until(&what, PATIENCE, there).await
    }
}
