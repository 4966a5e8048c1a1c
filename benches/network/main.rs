//! What instrumentation costs over the network, in processor time: `cargo bench -p benches --bench
//! network`. Needs Linux and `wrk` (a package of Debian and Ubuntu).
//!
//! Every way to instrument the service is a process of its own (this program, called again), and
//! so is the bare one. `wrk` asks the two in turns, A B A B, a second each and on 127.0.0.1
//! only; what counts is the processor time of the server's process for each answer. So a busy
//! machine disturbs both alike. What it exports goes to this process, and a turn lasts until all of it
//! has come. Words narrow the rows down;
//! `--write` writes the table into `docs/performance.md`.

mod leg;
mod row;
mod server;
mod turns;

use std::process::ExitCode;

use benches::bare::BARE;
use benches::collector::Collector;
use benches::ours::OURS;
use benches::page;
use benches::service::Decision;
use benches::system::System;
use tokio::runtime::Runtime;

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
    let mut text = row::head();
    print!("{text}");
    for decision in Decision::ALL {
        for system in systems()
            .into_iter()
            .skip(1)
            .filter(|system| wanted(system.name))
        {
            let row = turns::pair(&system, decision, &endpoint, &collector)?;
            let line = row::line(&row);
            print!("{line}");
            text.push_str(&line);
            rows.push(row);
        }
    }
    for line in Decision::ALL
        .iter()
        .filter_map(|decision| row::best(&rows, *decision))
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
