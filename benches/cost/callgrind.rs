//! Counts the instructions of one row, thread by thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use benches::collector::Arrived;
use benches::profile;

use crate::ROUNDS;
use crate::background::Background;
use crate::rows::{Measure, Row};

/// What a developer may have set for a service of his own.
const NEUTRAL: [(&str, &str); 6] = [
    ("RUST_LOG", "info"),
    ("TELEMETRY_SPAN_FILTER", ""),
    ("TELEMETRY_REDACTION", "on"),
    ("OTEL_SDK_DISABLED", "false"),
    ("OTEL_PROPAGATORS", "tracecontext,baggage"),
    ("OTEL_TRACES_SAMPLER_ARG", ""),
];

/// What one round costs, or a whole program.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Instructions of the thread that waits.
    pub(crate) caller: f64,
    /// Allocations on it.
    pub(crate) allocations: f64,
    /// Instructions of all other threads for each span that arrived, where any did.
    pub(crate) background_per_span: Option<f64>,
    /// What came to the collector for each round: who loses spans is not cheap.
    pub(crate) spans: f64,
    /// Events on these.
    pub(crate) events: f64,
}

/// One run.
struct Run {
    caller: u64,
    allocations: u64,
    others: u64,
    arrived: Arrived,
}

pub(crate) fn cost(row: &Row, background: &Background) -> Result<Cost, String> {
    if row.measure == Measure::Start {
        return whole(row, background);
    }
    let rounds = ROUNDS.map(|rounds| rounds * row.times);
    let [few, many] = rounds.map(|rounds| run(row, rounds, background));
    let (few, many) = (few?, many?);
    let rounds = f64::from(rounds[1] - rounds[0]);
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let difference = |of: fn(&Run) -> u64| of(&many) as f64 - of(&few) as f64;
    let spans = difference(|run| run.arrived.spans);
    Ok(Cost {
        caller: difference(|run| run.caller) / rounds,
        allocations: difference(|run| run.allocations) / rounds,
        background_per_span: (spans > 0.0).then(|| difference(|run| run.others) / spans),
        spans: spans / rounds,
        events: difference(|run| run.arrived.events) / rounds,
    })
}

/// Everything that the thread of `main` does until the first answer.
fn whole(row: &Row, background: &Background) -> Result<Cost, String> {
    let run = run(row, 1, background)?;
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let (caller, allocations) = (run.caller as f64, run.allocations as f64);
    Ok(Cost {
        caller,
        allocations,
        ..Cost::default()
    })
}

fn run(row: &Row, rounds: u32, background: &Background) -> Result<Run, String> {
    let directory = std::env::temp_dir().join(format!("cost-{}", std::process::id()));
    fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
    let result = run_in(&directory, row, rounds, background);
    // What is left behind is only text in the place for it.
    let _ = fs::remove_dir_all(&directory);
    result
}

fn run_in(
    directory: &Path,
    row: &Row,
    rounds: u32,
    background: &Background,
) -> Result<Run, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let before = background.arrived();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes"])
        // Threads take turns in order, not as the machine has time.
        .arg("--fair-sched=try")
        .arg(format!(
            "--callgrind-out-file={}",
            directory.join("out").display()
        ))
        .arg(program)
        .args(["--row", &row.name, &rounds.to_string(), &background.broker])
        // Nobody's own settings are measured.
        .envs(NEUTRAL)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &background.endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .env("OTEL_LOGS_EXPORTER", "none")
        .env("OTEL_METRICS_EXPORTER", "none")
        // Batches go out when they are full and at the end, not by the clock.
        .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
        // All spans of a run fit into the queue.
        .env("OTEL_BSP_MAX_QUEUE_SIZE", "8192")
        .env("LOG_FORMAT", "json")
        .envs(row.environment.iter().copied())
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind can't be run: {error}"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed under valgrind:\n{told}", row.name));
    }
    let (mut caller, mut allocations, mut others) = (None, 0, 0);
    for file in profiles(directory)? {
        let profile = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        // `out-01` is the thread that `main` runs on.
        if file.to_string_lossy().ends_with("-01") {
            caller = profile::of_main(&profile);
            allocations = profile::allocations(&profile);
        } else {
            others += profile::total(&profile);
        }
    }
    Ok(Run {
        caller: caller.ok_or_else(|| format!("{}: callgrind saw no main", row.name))?,
        allocations,
        others,
        arrived: background.arrived().since(before),
    })
}

/// The files of the threads; one without a number is about no thread.
fn profiles(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(directory).map_err(|error| error.to_string())?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths
        .filter(|path| path.to_string_lossy().contains("out-"))
        .collect())
}
