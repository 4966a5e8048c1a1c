//! What instrumentation costs, in instructions, ours beside the usual recipes: `cargo bench -p
//! shared-telemetry --bench cost`. Needs valgrind.
//!
//! Instructions, because they are the same on a busy machine and on an idle one. Each row is a
//! program of its own (this one, called again) that runs under callgrind twice, with few rounds
//! and with many: the difference is the rounds and nothing else. The program's own thread is the
//! *caller*, who waits; all other threads are the *background*. What it exports goes by OTLP over
//! gRPC to this process, which also holds the Kafka broker. Words narrow the rows down:
//! `cargo bench -p shared-telemetry --bench cost -- request log`.

mod background;
mod callgrind;
mod kafka;
mod log;
mod request;
mod rows;
mod sink;
mod span;
mod stock;
mod table;

use std::process::ExitCode;

use background::Background;
use callgrind::Cost;

/// Rounds of the two runs. The difference is two whole export batches of 512 spans, and all
/// spans of a run fit into the queue of 2,048.
const ROUNDS: [u32; 2] = [512, 1536];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As this program calls itself.
    if let [child, row, rounds, broker] = arguments.as_slice()
        && child == "--row"
    {
        let rounds = rounds.parse().expect("written by this program");
        rows::named(row).expect("a row").run(rounds, broker);
        return ExitCode::SUCCESS;
    }
    // Cargo passes `--bench`.
    let words: Vec<_> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    match measure_all(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(words: &[&String]) -> Result<(), String> {
    let wanted = |group: &str| words.is_empty() || words.iter().any(|word| group.contains(*word));
    let background = Background::start(ROUNDS[1]);
    for group in rows::GROUPS.iter().filter(|group| wanted(group.name)) {
        let mut costs: Vec<Cost> = Vec::new();
        for row in group.rows {
            costs.push(callgrind::cost(row, ROUNDS, &background)?);
        }
        table::print(group, &costs);
    }
    Ok(())
}
