//! The collector's process: its files, its settings, its start and its end.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use system_tests::program::free_ports;
use tempfile::TempDir;
use tokio::process::{Child, Command};

const HEALTHY_WITHIN: Duration = Duration::from_secs(30);

/// Where it listens, and where its backends do.
pub(crate) struct Addresses {
    tempo: SocketAddr,
    jaeger: SocketAddr,
    others: SocketAddr,
    otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    pub(crate) own_metrics: SocketAddr,
    health: SocketAddr,
}

impl Addresses {
    pub(crate) fn new(tempo: SocketAddr, jaeger: SocketAddr, others: SocketAddr) -> Self {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let [otlp_grpc, otlp_http, own_metrics, health] = free_ports().map(local);
        Self {
            tempo,
            jaeger,
            others,
            otlp_grpc,
            otlp_http,
            own_metrics,
            health,
        }
    }

    fn variables(&self) -> [(&'static str, String); 9] {
        [
            ("OTLP_GRPC", self.otlp_grpc.to_string()),
            ("OTLP_HTTP", self.otlp_http.to_string()),
            ("HEALTH", self.health.to_string()),
            ("SELF_METRICS_HOST", self.own_metrics.ip().to_string()),
            ("SELF_METRICS_PORT", self.own_metrics.port().to_string()),
            ("TEMPO_OTLP", self.tempo.to_string()),
            ("JAEGER_OTLP", self.jaeger.to_string()),
            ("LOKI_OTLP", format!("http://{}", self.others)),
            ("PROMETHEUS_OTLP", format!("http://{}", self.others)),
        ]
    }
}

/// A running collector. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    place: TempDir,
}

impl Process {
    /// Starts one and waits until it says that it is well.
    pub(crate) async fn start(
        program: &Path,
        files: &[PathBuf],
        settings: &[(&'static str, String)],
        addresses: &Addresses,
    ) -> Result<Self, String> {
        let failed =
            |error: std::io::Error| format!("{} cannot be started: {error}", program.display());
        let place = tempfile::tempdir().map_err(failed)?;
        let log = File::create(place.path().join("log")).map_err(failed)?;
        let child = Command::new(program)
            .args(
                files
                    .iter()
                    .map(|file| format!("--config={}", file.display())),
            )
            .env("QUEUE_DIR", place.path().join("queue"))
            .envs(addresses.variables())
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut process = Self { child, place };
        process.healthy(addresses).await?;
        Ok(process)
    }

    async fn healthy(&mut self, addresses: &Addresses) -> Result<(), String> {
        let deadline = Instant::now() + HEALTHY_WITHIN;
        let url = format!("http://{}/", addresses.health);
        loop {
            let answer = reqwest::get(&url).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            let ended = self.child.try_wait().ok().flatten().is_some();
            if ended || Instant::now() > deadline {
                return Err(format!(
                    "the collector does not start; it said:\n{}",
                    self.said()
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The end of what it has written.
    pub(crate) fn said(&self) -> String {
        let text = fs::read_to_string(self.place.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}
