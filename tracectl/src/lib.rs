//! Command-line tools for traces: decode a `traceparent`, print a trace as a tree, verify that
//! one order is one unbroken trace, break it on a branch for a review, lint captured telemetry
//! and the source that makes it, see and replay dead letters, and calculate what sampling costs.
//!
//! Exit codes, the same for every command: 0 all is well, 1 the answer is no (an invalid header,
//! an unknown trace, a failed check), 2 no answer (bad arguments, a server that can't be reached).

pub mod sabotage;

mod backend;
mod break_branch;
mod config;
mod cost;
mod decode;
mod dlq;
mod http_client;
mod lint;
mod otlp_json;
mod terminal_text;
mod trace;
mod tree;
mod verify;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use config::Command;

/// What a command says, and whether its answer is yes.
struct Answer {
    /// For standard output.
    text: String,
    /// For standard error: why there is nothing on standard output.
    complaint: Option<String>,
    good: bool,
}

/// Why there is no answer: one sentence.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error(transparent)]
    Request(#[from] http_client::RequestError),
    #[error(transparent)]
    NoTraces(#[from] verify::NoTraces),
    #[error(transparent)]
    Break(#[from] break_branch::NotBroken),
    #[error(transparent)]
    Lint(#[from] lint::Unreadable),
    #[error(transparent)]
    Dlq(#[from] dlq::Unread),
    #[error(transparent)]
    Cost(#[from] cost::TooMany),
    #[error("the async runtime cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    match run(config::command()) {
        Ok(answer) => {
            say(&answer.text);
            if let Some(complaint) = answer.complaint {
                eprintln!("tracectl: {complaint}");
            }
            ExitCode::from(u8::from(!answer.good))
        }
        Err(error) => {
            eprintln!("tracectl: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<Answer, NoAnswer> {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
    };
    match command {
        Command::Decode(settings) => Ok(decode::run(&settings)),
        Command::Tree(settings) => runtime()?.block_on(tree::run(&settings)),
        Command::Verify(settings) => runtime()?.block_on(verify::run(&settings)),
        Command::Lint(settings) => Ok(lint::run(&settings)?),
        Command::Cost(settings) => Ok(cost::run(&settings)?),
        Command::Dlq(settings) => Ok(runtime()?.block_on(dlq::run(&settings))?),
        Command::Break(settings) => Ok(break_branch::run(&settings)?),
    }
}

/// Prints without a panic when the reader has gone (`tracectl tree … | head`).
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("tracectl: standard output cannot be written: {error}");
    }
}
