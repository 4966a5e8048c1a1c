//! Counts the instructions of one row, thread by thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::background::Background;
use crate::rows::Row;

/// What one round costs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Instructions of the thread that waits.
    pub(crate) caller: f64,
    /// Allocations on it.
    pub(crate) allocations: f64,
    /// Instructions of all other threads for each span that arrived, where any did.
    pub(crate) background_per_span: Option<f64>,
}

/// One run.
struct Run {
    caller: u64,
    allocations: u64,
    others: u64,
    spans: u64,
}

pub(crate) fn cost(row: &Row, rounds: [u32; 2], background: &Background) -> Result<Cost, String> {
    let [few, many] = rounds.map(|rounds| run(row, rounds, background));
    let (few, many) = (few?, many?);
    let rounds = f64::from(rounds[1] - rounds[0]);
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let difference = |of: fn(&Run) -> u64| of(&many) as f64 - of(&few) as f64;
    let spans = difference(|run| run.spans);
    Ok(Cost {
        caller: difference(|run| run.caller) / rounds,
        allocations: difference(|run| run.allocations) / rounds,
        background_per_span: (spans > 0.0).then(|| difference(|run| run.others) / spans),
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
    let before = background.spans();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes"])
        .arg(format!(
            "--callgrind-out-file={}",
            directory.join("out").display()
        ))
        .arg(program)
        .args(["--row", row.name, &rounds.to_string(), &background.broker])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &background.collector)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .env("OTEL_LOGS_EXPORTER", "none")
        .env("OTEL_METRICS_EXPORTER", "none")
        // Batches go out when they are full and at the end, not by the clock.
        .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
        .env("LOG_FORMAT", "json")
        .envs(row.environment.iter().copied())
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind can't be run: {error}"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed under valgrind:\n{told}", row.name));
    }
    let (mut caller, mut allocations, mut others) = (0, 0, 0);
    for file in profiles(directory)? {
        let profile = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        // `out-01` is the thread that `main` runs on.
        if file.to_string_lossy().ends_with("-01") {
            (caller, allocations) = (total(&profile), allocations_in(&profile));
        } else {
            others += total(&profile);
        }
    }
    Ok(Run {
        caller,
        allocations,
        others,
        spans: background.spans() - before,
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

fn total(profile: &str) -> u64 {
    profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .and_then(|count| count.trim().parse().ok())
        .unwrap_or_default()
}

/// Calls of `malloc` and its siblings. Callgrind writes a function's name once, as `(7) malloc`,
/// and `(7)` from then on.
fn allocations_in(profile: &str) -> u64 {
    let mut ids = Vec::new();
    let (mut calls, mut into_allocator) = (0, false);
    for line in profile.lines() {
        if let Some((_, function)) = line
            .split_once("fn=")
            .filter(|(before, _)| matches!(*before, "" | "c"))
        {
            let (id, name) = function.split_once(' ').unwrap_or((function, ""));
            if matches!(name, "malloc" | "calloc" | "realloc" | "posix_memalign") {
                ids.push(id.to_owned());
            }
            if line.starts_with('c') {
                into_allocator = ids.iter().any(|known| known == id);
            }
        } else if let Some(counts) = line.strip_prefix("calls=")
            && into_allocator
        {
            let count = counts
                .split(' ')
                .next()
                .and_then(|count| count.parse::<u64>().ok());
            calls += count.unwrap_or_default();
        }
    }
    calls
}
