//! Head against tail: records the traffic of a demo once, samples the recording in three ways, and
//! counts what each has kept. See `docs/sampling.md`.
//!
//! ```text
//! cargo run -p system-tests --bin sampling-table
//! ```
//!
//! Exit codes: 0 the table is there, 1 something on the way failed, 2 bad arguments or no collector.

mod count;
mod head;
mod metrics;
mod otlp;
mod program;
mod recording;
mod settings;
mod sinks;
mod table;
mod tail;
#[cfg(test)]
mod tests;
mod traces;
mod traffic;

use std::fs::File;
use std::process::ExitCode;

use clap::Parser as _;

use count::Way;
use head::Head;
use recording::Recording;
use settings::Arguments;
use system_tests::program::{OTELCOL, block_on, called_as, look_for};
use table::Table;
use tail::Tail;
use traces::Traces;

/// It is also the demo and the load generator that it starts, by name: so it is one build.
fn main() -> ExitCode {
    match called_as().as_deref() {
        Some(program::DEMO) => demo::main(),
        Some(program::LOADGEN) => loadgen::main(),
        _ if program::is_a_service() => demo::main(),
        _ => sample(&Arguments::parse()),
    }
}

fn sample(arguments: &Arguments) -> ExitCode {
    let outcome = block_on(run(arguments)).map_err(Failure::on_the_way);
    match outcome.flatten() {
        Ok(table) if arguments.json => println!("{:#}", table.json()),
        Ok(table) => println!("{table}"),
        Err(failure) => {
            eprintln!("sampling-table: {}", failure.why);
            return ExitCode::from(failure.code);
        }
    }
    ExitCode::SUCCESS
}

async fn run(arguments: &Arguments) -> Result<Table, Failure> {
    // First: nobody wants to learn after the load that there is no collector, or no such folder.
    let program = look_for("OTELCOL", &OTELCOL)
        .map_err(|missing| Failure::of_the_caller(format!("no collector: {missing}")))?;
    let tail = Tail::new(program, arguments).map_err(Failure::of_the_caller)?;
    let record = arguments.record.as_ref().map(File::create).transpose();
    let record = record.map_err(|error| {
        Failure::of_the_caller(format!("the recording cannot be written: {error}"))
    })?;
    let recording = match &arguments.replay {
        Some(file) => Recording::read(file).map_err(Failure::of_the_caller)?,
        None => traffic::record(&arguments.traffic())
            .await
            .map_err(Failure::on_the_way)?,
    };
    if let Some(mut file) = record {
        recording.write(&mut file).map_err(Failure::on_the_way)?;
    }
    let traces = Traces::of(&recording, arguments.slow_ms);
    let ways = [
        Way::head_only(&traces, &recording, arguments.head),
        tail_only(&tail, &traces, &recording).await?,
        both(&tail, &traces, &recording, arguments.head_before_tail).await?,
    ];
    Ok(Table::new(arguments, &recording, &traces, ways))
}

async fn tail_only(tail: &Tail, traces: &Traces, sent: &Recording) -> Result<Way, Failure> {
    let came = tail.keeps(sent).await.map_err(Failure::on_the_way)?;
    Ok(Way::new("tail", traces, sent, &came.spans).counted(came.counted))
}

async fn both(
    tail: &Tail,
    traces: &Traces,
    recording: &Recording,
    share: f64,
) -> Result<Way, Failure> {
    let sent = Head::new(traces, share).sends_on(recording);
    let came = tail.keeps(&sent).await.map_err(Failure::on_the_way)?;
    Ok(Way::new("both", traces, &sent, &came.spans).counted(came.counted))
}

/// Why there is no table.
struct Failure {
    why: String,
    code: u8,
}

impl Failure {
    fn of_the_caller(why: String) -> Self {
        Self { why, code: 2 }
    }

    fn on_the_way(why: impl ToString) -> Self {
        Self {
            why: why.to_string(),
            code: 1,
        }
    }
}
