//! Makes the recording: a demo that samples everything, orders at a rate, faults among them.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use contracts::topics;
use system_tests::DemoBuilder;

use crate::otlp;
use crate::program::{DEMO, LOADGEN, under_the_name};
use crate::recording::Recording;
use crate::sinks::Recorder;
use crate::traces::Traces;

/// How long the last orders may take to come through the queue.
const PATIENCE: Duration = Duration::from_secs(120);
/// Files that are in memory: the demo's databases, so that a busy disk makes no order slow.
const MEMORY: &str = "/dev/shm";
/// Repeats the carts and the faults of every run before.
const SEED: &str = "8";

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    pub(crate) orders: u64,
    pub(crate) rate: u32,
    pub(crate) faults: String,
    /// Messages that are taken at once.
    pub(crate) batch: u8,
}

/// Sends it, and gives all spans that came of it.
pub(crate) async fn record(traffic: &Traffic) -> Result<Recording, String> {
    let recorder = Recorder::start().await?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = under_the_name(DEMO, folder.path())?;
    let mut builder = DemoBuilder::new(&program.display().to_string())
        .argument("--faults")
        .set(&format!("fulfillment.BATCH_MAX_MESSAGES={}", traffic.batch));
    for (name, value) in environment(&recorder) {
        builder = builder.env(name, &value);
    }
    if Path::new(MEMORY).is_dir() {
        builder = builder.env("TMPDIR", MEMORY);
    }
    let mut demo = tokio::task::block_in_place(|| builder.start());
    let target = demo.url("gateway");
    let sent = tokio::task::block_in_place(|| send(traffic, &target, &recorder));
    if sent.is_ok() {
        through_the_queue(&recorder).await?;
    }
    // Everybody exports what is left.
    tokio::task::block_in_place(|| demo.stop());
    sent.map(|()| recorder.recording())
}

fn environment(recorder: &Recorder) -> [(&'static str, String); 4] {
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", recorder.url()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
        ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
        // A busy machine shall not cost the recording a span.
        ("OTEL_BSP_MAX_QUEUE_SIZE", "65536".to_owned()),
    ]
}

fn send(traffic: &Traffic, target: &str, recorder: &Recorder) -> Result<(), String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(me)
        .arg0(LOADGEN)
        .args(["--target", target, "--mix", "checkout=1", "--seed", SEED])
        .args(["--rate", &traffic.rate.to_string()])
        .args(["--count", &traffic.orders.to_string()])
        .args(["--fault", &traffic.faults])
        .envs(environment(recorder))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{LOADGEN} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Waits until every message that was sent has been processed.
async fn through_the_queue(recorder: &Recorder) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let name = format!("send {}", topics::ORDER_CREATED);
    loop {
        let recording = recorder.recording();
        let sent = recording.spans();
        let sent = sent
            .filter(|span| span.name == name && !otlp::failed(span))
            .count();
        let taken = Traces::of(&recording, u64::MAX).pairs.len();
        if taken >= sent {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!(
                "{} of {sent} orders were not processed",
                sent - taken
            ));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
