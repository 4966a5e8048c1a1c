//! A collector of some role of ours, its settings, and what a test does to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::StatusCode;
use serde_json::Value;

use crate::stack::start;
use system_tests::program::{Running, free_ports};

/// Environment variables and their values.
pub(crate) type Settings = Vec<(&'static str, String)>;

pub(crate) struct Collector {
    program: PathBuf,
    files: Vec<PathBuf>,
    settings: Settings,
    log: PathBuf,
    grpc: u16,
    http: u16,
    own_metrics: u16,
    health: u16,
    client: reqwest::Client,
    running: Option<Running>,
}

impl Collector {
    /// One that merges these files, with ports of its own and its queues below `place`.
    pub(crate) fn new(
        program: &Path,
        files: Vec<PathBuf>,
        place: &Path,
        settings: Settings,
    ) -> Self {
        let [grpc, http, own_metrics, health] = free_ports();
        let local = |port: u16| format!("127.0.0.1:{port}");
        let queue = place.join(format!("queue-{grpc}"));
        let mut all = vec![
            ("OTLP_GRPC", local(grpc)),
            ("OTLP_HTTP", local(http)),
            ("HEALTH", local(health)),
            ("SELF_METRICS_HOST", "127.0.0.1".to_owned()),
            ("SELF_METRICS_PORT", own_metrics.to_string()),
            ("QUEUE_DIR", queue.display().to_string()),
            // A test has no quarter of a minute.
            ("METRICS_FLUSH", "1s".to_owned()),
            ("TAIL_WAIT", "5s".to_owned()),
            ("TAIL_WAIT_AFTER_ROOT", "2s".to_owned()),
            ("RETRY_MAX_INTERVAL", "1s".to_owned()),
        ];
        all.extend(settings);
        Self {
            program: program.to_owned(),
            files,
            settings: all,
            log: place.join(format!("collector-{grpc}.log")),
            grpc,
            http,
            own_metrics,
            health,
            client: reqwest::Client::new(),
            running: None,
        }
    }

    /// Where another collector sends to, by gRPC.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.grpc)
    }

    /// What the next start will find.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.settings.push((name, value));
    }

    pub(crate) async fn start(&mut self) {
        let mut command = Command::new(&self.program);
        for file in &self.files {
            command.arg(format!("--config={}", file.display()));
        }
        command.envs(self.settings.iter().cloned());
        self.running = Some(start(&mut command, self.health, self.log.clone()).await);
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    /// SIGTERM, and gone when this returns.
    pub(crate) async fn stop(&mut self) {
        self.running.take().unwrap().stop().await;
    }

    /// Hands a request over; it was taken when this returns.
    pub(crate) async fn send(&self, signal: &str, request: &Value) {
        let status = self.offer(signal, request.to_string()).await;
        assert!(status.is_success(), "{signal}: {status}");
    }

    /// Hands a request over, and gives the answer.
    pub(crate) async fn offer(&self, signal: &str, request: String) -> StatusCode {
        let url = format!("http://127.0.0.1:{}/v1/{signal}", self.http);
        let request = self.client.post(&url).body(request);
        let request = request.header("content-type", "application/json");
        request.send().await.unwrap().status()
    }

    /// The sum of the collector's own metric over the series with that label.
    pub(crate) async fn own_metric(&self, name: &str, label: &str) -> f64 {
        let url = format!("http://127.0.0.1:{}/metrics", self.own_metrics);
        let text = self.client.get(&url).send().await.unwrap();
        let text = text.text().await.unwrap();
        let series = text.lines().filter(|line| {
            let rest = line.strip_prefix(name).unwrap_or_default();
            (rest.starts_with('{') || rest.starts_with(' ')) && rest.contains(label)
        });
        let values = series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    }

    /// What it has said last.
    pub(crate) fn said(&self) -> String {
        self.running.as_ref().map(Running::said).unwrap_or_default()
    }
}
