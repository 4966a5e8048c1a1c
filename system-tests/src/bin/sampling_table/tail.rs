//! What the real collector keeps, with the files of its role `single`.

mod process;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use prost::Message as _;
use reqwest::{Client, StatusCode};

use crate::metrics::Counted;
use crate::otlp::{Export, Id};
use crate::recording::Recording;
use crate::settings::Arguments;
use crate::sinks::Backend;
use process::{Addresses, Process};
use system_tests::collector::files;

/// How long the collector may take for what it was asked.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

/// What came out of a collector.
pub(crate) struct Came {
    pub(crate) spans: HashSet<Id>,
    /// How many spans there were, by its metrics.
    pub(crate) counted: usize,
}

/// A collector to be started, with what differs from the files' own defaults.
pub(crate) struct Tail {
    program: PathBuf,
    files: Vec<PathBuf>,
    settings: Vec<(&'static str, String)>,
}

impl Tail {
    pub(crate) fn new(program: PathBuf, arguments: &Arguments) -> Result<Self, String> {
        let percent = arguments.tail_percent.to_string();
        Ok(Self {
            program,
            files: files("single")?,
            settings: vec![
                ("TAIL_SLOW_MS", arguments.slow_ms.to_string()),
                ("TAIL_BASELINE_PERCENT", percent.clone()),
                // Nothing shall be kept for being an order, or because little is going on.
                ("TAIL_CHECKOUT_PERCENT", percent),
                ("TAIL_QUIET_SPANS_PER_SECOND", "0".to_owned()),
                ("METRICS_FLUSH", "1s".to_owned()),
                // The recording is sent faster than it was made.
                ("TAIL_WAIT", "8s".to_owned()),
                ("TAIL_WAIT_AFTER_ROOT", "4s".to_owned()),
            ],
        })
    }

    /// Sends a recording through it, and gives what the backends have then.
    pub(crate) async fn keeps(&self, recording: &Recording) -> Result<Came, String> {
        let (tempo, tempo_at) = Backend::start().await?;
        let (_jaeger, jaeger_at) = Backend::start().await?;
        let (counted, metrics_at) = Counted::start().await?;
        let addresses = Addresses::new(tempo_at, jaeger_at, metrics_at);
        let process =
            Process::start(&self.program, &self.files, &self.settings, &addresses).await?;
        let client = Client::new();
        for export in &recording.exports {
            send(&client, &addresses, export).await?;
        }
        let mut sent: HashMap<u128, usize> = HashMap::new();
        for (trace, _) in recording.spans().map(crate::otlp::id) {
            *sent.entry(trace).or_default() += 1;
        }
        let kept = decided(&client, &addresses, &process, sent.len()).await?;
        Ok(Came {
            spans: delivered(&tempo, kept, &sent).await,
            // Flushed several times while the last traces waited for their decision.
            counted: counted.spans(),
        })
    }
}

/// Hands over one export; tries again while the collector has no room.
async fn send(client: &Client, to: &Addresses, export: &Export) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let request = client
            .post(format!("http://{}/v1/traces", to.otlp_http))
            .header("content-type", "application/x-protobuf")
            .body(export.encode_to_vec());
        let answer = request.send().await;
        let status = answer
            .map_err(|error| format!("the collector takes nothing: {error}"))?
            .status();
        if status.is_success() {
            return Ok(());
        }
        let full = matches!(
            status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        );
        if !full || Instant::now() > deadline {
            return Err(format!("the collector answers {status}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until every trace is decided; gives how many are kept.
async fn decided(
    client: &Client,
    collector: &Addresses,
    process: &Process,
    traces: usize,
) -> Result<usize, String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (kept, dropped) = decisions(client, collector).await.unwrap_or_default();
        if kept + dropped >= traces {
            return Ok(kept);
        }
        if Instant::now() > deadline {
            let all = kept + dropped;
            let said = process.said();
            return Err(format!(
                "{all} of {traces} traces are decided; it said:\n{said}"
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Traces kept and traces dropped, by the collector's own metrics.
async fn decisions(client: &Client, collector: &Addresses) -> Option<(usize, usize)> {
    const DECIDED: &str = "otelcol_processor_tail_sampling_global_count_traces_sampled{";
    let url = format!("http://{}/metrics", collector.own_metrics);
    let text = client.get(url).send().await.ok()?.text().await.ok()?;
    let mut counts = (0, 0);
    for line in text.lines().filter(|line| line.starts_with(DECIDED)) {
        let count = line.rsplit(' ').next()?.parse::<f64>().ok()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A count.
        let count = count as usize;
        if line.contains("sampled=\"true\"") {
            counts.0 += count;
        } else {
            counts.1 += count;
        }
    }
    Some(counts)
}

/// Waits until as many traces have come, each whole. What is missing after that is lost, and the
/// table says so.
async fn delivered(backend: &Backend, kept: usize, sent: &HashMap<u128, usize>) -> HashSet<Id> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let spans = backend.spans();
        let mut came: HashMap<u128, usize> = HashMap::new();
        for (trace, _) in &spans {
            *came.entry(*trace).or_default() += 1;
        }
        let whole = came
            .iter()
            .all(|(trace, count)| sent.get(trace) == Some(count));
        if (whole && came.len() >= kept) || Instant::now() > deadline {
            return spans;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
