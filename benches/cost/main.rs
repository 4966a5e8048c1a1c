//! What instrumentation costs, in instructions, ours beside every peer: `cargo bench -p benches
//! --bench cost`. Needs valgrind.
//!
//! Instructions, because they are the same on a busy machine and on an idle one. Each row is a
//! program of its own (this one, called again) that runs under callgrind twice, with few rounds
//! and with many: the difference is the rounds and nothing else. The program's own thread is the
//! *caller*, who waits; all other threads are the *background*. What it exports goes by OTLP over
//! gRPC to this process, which also holds the Kafka broker.
//!
//! ```text
//! … --bench cost -- request log                   only groups with these words
//! … --bench cost -- --write                       into docs/performance.md
//! … --no-default-features --bench cost -- --gate  ours against baseline.json
//! … --no-default-features --bench cost -- --bless the other way round
//! … --no-default-features --bench cost -- --self-test   the gate sees an allocation more
//! ```

mod background;
mod baseline;
mod callgrind;
mod made_by;
mod planted;
mod rows;
mod scenarios;
mod table;

use std::process::ExitCode;

use background::Background;
use benches::kafka::Broker;
use benches::page;

/// Rounds of the two runs. The difference is two whole export batches of 512 spans.
const ROUNDS: [u32; 2] = [512, 1536];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As this program calls itself.
    if let [child, row, rounds, address] = arguments.as_slice()
        && child == "--row"
    {
        let rounds = rounds.parse().expect("written by this program");
        let messages = ROUNDS[1];
        let row = scenarios::named(row).expect("a row");
        row.run(rounds, Broker { address, messages });
        return ExitCode::SUCCESS;
    }
    match told(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn told(arguments: &[String]) -> Result<(), String> {
    // Cargo passes `--bench`.
    let (flags, words): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--bench")
        .partition(|argument| argument.starts_with("--"));
    let background = Background::start(ROUNDS[1]);
    match (flags.as_slice(), words.as_slice()) {
        ([], words) => measure(words, &background).map(drop),
        (["--write"], []) if cfg!(feature = "peers") => {
            page::write("cost", &measure(&[], &background)?)
        }
        (["--gate"], []) => baseline::check(&background),
        (["--bless"], []) => baseline::bless(&background),
        (["--self-test"], []) => baseline::prove(&background),
        _ => Err(
            "either words of groups, or one of --write (with the peers), --gate, --bless, \
             --self-test"
                .to_owned(),
        ),
    }
}

/// Prints group after group, and gives back what it printed.
fn measure(words: &[&str], background: &Background) -> Result<String, String> {
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let mut tables = Vec::new();
    for group in scenarios::all() {
        if wanted(group.name) {
            let costs: Result<Vec<_>, _> = group
                .rows
                .iter()
                .map(|row| callgrind::cost(row, background))
                .collect();
            let table = table::of(&group, &costs?);
            println!("{table}");
            tables.push(table);
        }
    }
    Ok(tables.join("\n"))
}
