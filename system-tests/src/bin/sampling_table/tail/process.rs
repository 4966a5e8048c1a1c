//! The collector's process: its files, its settings, its start and its end.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};

const HEALTHY_WITHIN: Duration = Duration::from_secs(30);

/// The files of a role, in the order in which the command of the collector's README merges them.
pub(crate) fn files(role: &str) -> Result<Vec<PathBuf>, String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tests.with_file_name("collector");
    let readme = fs::read_to_string(folder.join("README.md"))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let last = format!("/{role}.yaml");
    let mut blocks = readme.split("```");
    let command = blocks
        .find(|block| block.contains("--config=") && block.contains(&last))
        .ok_or_else(|| format!("the collector's README has no command with {role}.yaml"))?;
    let paths = command
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--config="));
    let names = paths.filter_map(|path| Path::new(path).file_name());
    Ok(names.map(|name| folder.join(name)).collect())
}

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
    pub(crate) fn new(
        tempo: SocketAddr,
        jaeger: SocketAddr,
        others: SocketAddr,
    ) -> Result<Self, String> {
        let [otlp_grpc, otlp_http, own_metrics, health] =
            free().map_err(|error| format!("no port of 127.0.0.1 can be opened: {error}"))?;
        Ok(Self {
            tempo,
            jaeger,
            others,
            otlp_grpc,
            otlp_http,
            own_metrics,
            health,
        })
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

/// Free a moment ago, all at once.
fn free() -> std::io::Result<[SocketAddr; 4]> {
    let bind = || TcpListener::bind("127.0.0.1:0");
    let held = [bind()?, bind()?, bind()?, bind()?];
    let [first, second, third, fourth] = &held;
    Ok([
        first.local_addr()?,
        second.local_addr()?,
        third.local_addr()?,
        fourth.local_addr()?,
    ])
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
