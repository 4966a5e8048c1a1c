//! What telemetry costs in the shop: `cargo bench -p benches --bench overhead`. Needs Linux.
//!
//! The release build of `demo` runs as users start it, `loadgen` orders, and what counts is the
//! processor time of the four services' processes. Words say which parts are wanted; `--write`
//! writes what was printed into `docs/overhead.md`, which tells how to read it.

mod chatter;
mod cost;
mod figures;
mod latency;
mod leg;
mod load;
mod pair;
mod processes;
mod programs;
mod receiver;
mod setting;
mod shop;
mod told;
mod trouble;

use std::process::ExitCode;
use std::time::Instant;

use benches::page;
use pair::Bench;
use programs::Programs;
use tokio::runtime::Runtime;

/// The page that tables are written into.
const PAGE: &str = "docs/overhead.md";

/// A part: its name on the command line and on the page, and what prints it.
type Part = (&'static str, fn(&Bench) -> Result<String, String>);

const PARTS: [Part; 4] = [
    ("cost", cost::measure),
    ("latency", latency::measure),
    ("trouble", trouble::measure),
    ("chatter", chatter::measure),
];

fn main() -> ExitCode {
    // Cargo passes `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("overhead: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--write")
        .collect();
    let write = words.len() < arguments.len();
    let known = PARTS.map(|(name, _)| name);
    if let Some(stranger) = words.iter().find(|word| !known.contains(word)) {
        return Err(format!(
            "{stranger} is unknown: expected --write, or some of {}",
            known.join(", ")
        ));
    }
    let bench = Bench {
        programs: Programs::build()?,
        runtime: Runtime::new().map_err(|error| format!("no threads: {error}"))?,
    };
    for (name, measure) in PARTS {
        if words.is_empty() || words.contains(&name) {
            let began = Instant::now();
            let text = measure(&bench)?;
            println!("({name}: {} s)\n", began.elapsed().as_secs());
            if write {
                page::write_into(PAGE, name, &text)?;
            }
        }
    }
    Ok(())
}
