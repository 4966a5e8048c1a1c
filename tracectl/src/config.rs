//! Arguments and environment, parsed to types: the only reader of the environment.

mod backend;
mod cost;
mod dlq;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reqwest::Url;

pub(crate) use backend::{AnyBackend, Backend, TraceBackend};
pub(crate) use cost::Cost;
pub(crate) use dlq::{At, Choice, Dlq, List, Place as DlqPlace, Replay};

/// The width of what is not printed to a terminal.
const DEFAULT_WIDTH: usize = 120;

#[derive(Debug, Parser)]
#[command(
    name = "tracectl",
    version,
    about = "Decode a traceparent, print a trace, verify the system, replay dead letters, break it for a review, calculate what sampling costs"
)]
#[command(after_help = "Exit codes: 0 all is well, 1 the answer is no, 2 no answer can be given.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a traceparent header means, field by field, or what is wrong with it
    #[command(after_help = DECODE_EXAMPLES)]
    Decode(Decode),
    /// Print a trace, and the traces it is linked with, as trees
    #[command(after_help = TREE_EXAMPLES)]
    Tree(Tree),
    /// Place an order and check that its trace is whole at every hop
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Find what is wrong with captured telemetry, or with the source code that makes it
    #[command(after_help = LINT_EXAMPLES)]
    Lint(Lint),
    /// Calculate what ways of sampling cost, and what each can't show
    #[command(after_help = cost::HELP)]
    Cost(Box<Cost>),
    /// See the messages that were put aside, and send them once more
    #[command(subcommand)]
    Dlq(Dlq),
    /// Make a branch on which propagation is broken in one way, for a review to find
    #[command(after_help = BREAK_EXAMPLES)]
    Break(Break),
}

const DECODE_EXAMPLES: &str = "\
Examples:
  tracectl decode 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  tracectl decode --json 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03
  tracectl decode 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01   (exit code 1: upper case)";

const TREE_EXAMPLES: &str = "\
Examples:
  tracectl tree 4bf92f3577b34da6a3ce929d0e0e4736
  tracectl tree --wait 5s 4bf92f3577b34da6a3ce929d0e0e4736     an order that was placed just now
  tracectl tree --depth 0 --width 100 4bf92f3577b34da6a3ce929d0e0e4736
  tracectl tree --json 4bf92f3577b34da6a3ce929d0e0e4736 | jq '.traces[].spans[].name'

Colours: only on a terminal; NO_COLOR or --no-color turns them off. COLUMNS or --width sets the width.
Exit code 1: the backend has no such trace.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  tracectl verify --gateway http://127.0.0.1:8080 --backend viewer
  tracectl verify --gateway http://127.0.0.1:8080 --backend viewer --relation parent --timeout 30s
  tracectl verify --gateway http://127.0.0.1:8080 --backend jaeger --backend tempo=http://127.0.0.1:3200 --backend loki --backend prometheus
  tracectl verify --gateway http://127.0.0.1:8080 --backend viewer --json | jq '.checks[] | select(.result == \"failed\")'

Exit code 1: a check failed, and the hop that broke is named. Exit code 2: it could not be checked.";

const BREAK_EXAMPLES: &str = "\
Examples:
  tracectl break --list
  tracectl break http-inject-missing      on the branch broken/http-inject-missing, in one commit
  tracectl break --undo                   back to the branch before; the broken one is deleted

Works in a clone of Unbroken without changes, by the git program. docs/review-demo.md is the script.";

const LINT_EXAMPLES: &str = "\
Examples:
  tracectl lint capture.json                 one OTLP export request, or one on each line
  tracectl lint - < capture.json
  tracectl lint --source .                   the Rust source below a folder
  tracectl lint --json capture.json | jq -r '.findings[].rule'

Exit code 1: something was found, each with its rule, place, reason and cure. Exit code 2: it
could not be read.";

#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// The header's value, exactly as it was sent
    #[arg(allow_hyphen_values = true)]
    pub(crate) traceparent: OsString,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Tree {
    /// The whole trace id: 32 hexadecimal digits
    #[arg(value_parser = trace_id)]
    pub(crate) trace_id: String,
    /// What holds the traces, and where it answers: viewer, jaeger or tempo, alone or as in viewer=http://host:port
    #[arg(long, value_name = "KIND[=URL]", default_value = "viewer", value_parser = backend::backend::<TraceBackend>)]
    pub(crate) backend: Backend<TraceBackend>,
    /// How many links to follow from this trace, in both directions
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=8))]
    pub(crate) depth: u8,
    /// Wait so long until the trace is there and has stopped growing, for example 5s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// Columns to use [default: the terminal's, COLUMNS, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=1000))]
    width: Option<u16>,
    /// No colours
    #[arg(long)]
    no_color: bool,
    /// Print the traces as the backend gave them
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Where the gateway answers
    #[arg(long, value_name = "URL", value_parser = http_url)]
    pub(crate) gateway: Url,
    /// What is looked into: viewer, jaeger, tempo, loki or prometheus, alone or as in tempo=http://host:port. May be given several times
    #[arg(long = "backend", value_name = "KIND[=URL]", required = true, value_parser = backend::backend::<AnyBackend>)]
    pub(crate) backends: Vec<Backend<AnyBackend>>,
    /// How long the order and its traces may take to be complete
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// How fulfillment relates to the producer: a new trace that links, or one trace
    #[arg(long, value_enum, default_value_t = Relation::Link)]
    pub(crate) relation: Relation,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Break {
    /// One of --list
    pub(crate) name: Option<String>,
    /// Tell what can be broken
    #[arg(long)]
    pub(crate) list: bool,
    /// Go back to the branch before and delete the broken one
    #[arg(long)]
    pub(crate) undo: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// OTLP JSON: an export request, or several, one behind the other; - is standard input
    #[arg(value_name = "FILE", required_unless_present = "source")]
    pub(crate) file: Option<PathBuf>,
    /// Judge the Rust source below this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "file")]
    pub(crate) source: Option<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Relation {
    /// A new trace that links to the producer's span
    Link,
    /// The producer's trace, its span the parent, and a link
    Parent,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: usize,
    pub(crate) colors: bool,
}

/// The command that was asked for. Help and usage errors end the process here, as clap does it.
pub(crate) fn command() -> Command {
    Arguments::parse().command
}

impl Tree {
    /// `--width` beats the terminal, which beats `COLUMNS`: shells leave a stale `COLUMNS` behind
    /// when a window is resized.
    #[allow(clippy::disallowed_methods)] // This is config.rs.
    pub(crate) fn look(&self) -> Look {
        let stdout = std::io::stdout();
        let of_terminal = || terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0);
        let of_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
        let width = self.width.or_else(of_terminal).or_else(of_environment);
        let width = width.map_or(DEFAULT_WIDTH, |width| usize::from(width).clamp(40, 1000));
        // https://no-color.org: present and not empty, whatever the value.
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Look {
            width,
            colors: stdout.is_terminal() && !no_color && !self.no_color,
        }
    }
}

fn trace_id(text: &str) -> Result<String, String> {
    let zeroes = text.bytes().all(|byte| byte == b'0');
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && !zeroes {
        return Ok(text.to_ascii_lowercase());
    }
    Err(
        "a trace id is exactly 32 hexadecimal digits, not all zero (no prefix, no traceparent)"
            .to_owned(),
    )
}

fn duration(text: &str) -> Result<Duration, String> {
    let accepted = "accepted is a number with a unit up to an hour, for example 500ms, 20s or 2m";
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= Duration::from_secs(3600) => Ok(duration),
        _ => Err(accepted.to_owned()),
    }
}

fn http_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; accepted is http://host:port"))?;
    match url.scheme() {
        "http" => {}
        "https" => {
            return Err(
                "tracectl has no TLS: give an http:// address, for example of a port-forward"
                    .to_owned(),
            );
        }
        _ => return Err("accepted is http://host:port".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with a user or password is not accepted".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("an address with a query or fragment is not accepted".to_owned());
    }
    Ok(url)
}
