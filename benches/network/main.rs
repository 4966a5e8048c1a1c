//! What instrumentation costs over the network, in processor time: `cargo bench -p benches --bench
//! network`. Needs Linux and `wrk` (a package of Debian and Ubuntu).
//!
//! Every way to instrument the service is a process of its own (this program, called again), and
//! so is the bare one. `wrk` asks the two in turns, A B A B, a second each and on 127.0.0.1
//! only; what counts is the processor time of the server's process for each answer. So a busy
//! machine disturbs both alike. What it exports goes to this process. Words narrow the rows down;
//! `--write` writes the table into `docs/performance.md`.

mod leg;
mod server;

use std::process::ExitCode;

use benches::bare::BARE;
use benches::collector::Collector;
use benches::ours::OURS;
use benches::page;
use benches::service::Decision;
use benches::system::System;
use leg::Leg;
use server::Server;
use tokio::runtime::Runtime;

/// How often it is each one's turn.
const TURNS: usize = 9;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As this program calls itself.
    if let [child, system] = arguments.as_slice()
        && child == "--serve"
    {
        server::serve(systems().into_iter().find(|known| known.name == system));
        return ExitCode::SUCCESS;
    }
    match table(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// All, the bare one first and ours last.
fn systems() -> Vec<System> {
    let mut systems = vec![BARE];
    #[cfg(feature = "peers")]
    systems.extend(benches::peers::LAYERS);
    systems.push(OURS);
    systems
}

/// Ours beside bare, in the median of the turns.
struct Row {
    system: &'static str,
    decision: Decision,
    /// Processor time for each answer, over that of the bare service.
    ratio: f64,
    /// Microseconds.
    cpu: f64,
    /// Of the spans that were to be recorded, so many arrived, in percent.
    arrived: f64,
    /// KiB more than the bare service has, after the load.
    resident: i64,
}

fn table(arguments: &[String]) -> Result<(), String> {
    // Cargo passes `--bench`.
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--bench")
        .collect();
    let write = arguments == ["--write"];
    let wanted = |name: &str| {
        write || arguments.is_empty() || arguments.iter().any(|word| name.contains(word))
    };
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let collector = Collector::default();
    let endpoint = runtime.block_on(collector.clone().serve());
    let mut rows = Vec::new();
    let mut text = format!(
        "{:<38}{:>13}{:>9}{:>9}{:>9}{:>10}{:>10}\n",
        "hello handler over the network",
        "decision",
        "of bare",
        "goal",
        "µs CPU",
        "arrived",
        "KiB more"
    );
    print!("{text}");
    for decision in Decision::ALL {
        for system in systems()
            .into_iter()
            .skip(1)
            .filter(|system| wanted(system.name))
        {
            let row = pair(&system, decision, &endpoint, &collector)?;
            let line = line(&row);
            print!("{line}");
            text.push_str(&line);
            rows.push(row);
        }
    }
    for line in Decision::ALL
        .iter()
        .filter_map(|decision| best(&rows, *decision))
    {
        print!("{line}");
        text.push_str(&line);
    }
    if write {
        page::write("network", &text)
    } else {
        Ok(())
    }
}

/// A service and the bare one, in turns.
fn pair(
    system: &System,
    decision: Decision,
    endpoint: &str,
    collector: &Collector,
) -> Result<Row, String> {
    let (bare, traced) = (
        Server::start(BARE.name, endpoint)?,
        Server::start(system.name, endpoint)?,
    );
    let before = collector.arrived();
    // Connections, buffers, tables: all that is made once.
    Leg::run(&bare, decision)?;
    let mut recorded = Leg::run(&traced, decision)?.recorded(decision);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for _ in 0..TURNS {
        let (bare, traced) = (Leg::run(&bare, decision)?, Leg::run(&traced, decision)?);
        recorded += traced.recorded(decision);
        pairs.push((traced.micros() / bare.micros(), traced.micros()));
    }
    let resident = traced.resident()? - bare.resident()?;
    traced.stop()?;
    bare.stop()?;
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, cpu) = pairs[TURNS / 2];
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let arrived = collector.arrived().since(before).spans as f64;
    Ok(Row {
        system: system.name,
        decision,
        ratio,
        cpu,
        arrived: if recorded > 0.0 {
            100.0 * arrived / recorded
        } else {
            0.0
        },
        resident,
    })
}

fn line(row: &Row) -> String {
    let goal = match row.decision {
        _ if row.system != OURS.name => "",
        Decision::Off => "1.02",
        Decision::Share => "1.04",
        Decision::On => "1.10",
    };
    let arrived = match row.decision {
        Decision::Off => String::new(),
        Decision::Share | Decision::On => format!("{:.0} %", row.arrived),
    };
    format!(
        "{:<38}{:>13}{:>9.2}{:>9}{:>9.1}{:>10}{:>10}\n",
        row.system,
        row.decision.name(),
        row.ratio,
        goal,
        row.cpu,
        arrived,
        row.resident
    )
}

/// What ours adds, as a share of what the best peer adds.
fn best(rows: &[Row], decision: Decision) -> Option<String> {
    let of = |ours: bool| {
        let rows = rows
            .iter()
            .filter(move |row| row.decision == decision && (row.system == OURS.name) == ours);
        rows.min_by(|a, b| a.ratio.total_cmp(&b.ratio))
    };
    let (ours, peer) = (of(true)?, of(false)?);
    Some(format!(
        "{}: ours {:.2}, the best peer {:.2} ({})\n",
        decision.name(),
        ours.ratio,
        peer.ratio,
        peer.system
    ))
}
