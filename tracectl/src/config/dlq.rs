//! Arguments of `tracectl dlq`, and where its spans go.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration;

#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// Tell of each dead letter why it is there, and in which traces it was sent and given up
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// Send dead letters to their topic once more, linked to the spans that they come from
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
}

const LIST_EXAMPLES: &str = "\
Examples:
  tracectl dlq list
  tracectl dlq list --brokers 127.0.0.1:9092 --limit 5
  tracectl dlq list --json | jq -r '.letters[] | [.order_id, .error] | @tsv'

Reads the topic and leaves it as it is: no consumer group, nothing committed.";

const REPLAY_EXAMPLES: &str = "\
Examples:
  tracectl dlq replay --order 01a1fd02-e670-7720-91a5-ea985b7a5a3d
  tracectl dlq replay --at 0/3                  the letter at partition 0, offset 3
  tracectl dlq replay --all --dry-run           say what would be sent

A letter stays on its topic when it is replayed. Of several letters with the same key and value only
the newest is sent. With OTEL_EXPORTER_OTLP_ENDPOINT the replay's own spans are exported there.
Exit code 1: not everything was sent that was asked for; it says what was.";

/// Where the dead letters are.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Kafka brokers, comma-separated
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092", value_parser = brokers)]
    pub(crate) brokers: String,
    /// How long the broker may be silent
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show at most so many, the newest
    #[arg(long, value_name = "N", default_value = "100", value_parser = at_most)]
    pub(crate) limit: NonZeroUsize,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    chosen: Chosen,
    /// Send nothing, say what would be sent
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Chosen {
    /// The letters of this order
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// The letter at this partition and offset, as the list tells them
    #[arg(long, value_name = "P/O")]
    at: Option<At>,
    /// Every letter
    #[arg(long)]
    all: bool,
}

/// Partition and offset of a letter on its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

/// Which letters are to be replayed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice<'a> {
    Order(&'a str),
    At(At),
    All,
}

impl Replay {
    pub(crate) fn choice(&self) -> Choice<'_> {
        match (&self.chosen.order, self.chosen.at) {
            (Some(id), _) => Choice::Order(id),
            (None, Some(at)) => Choice::At(at),
            (None, None) => Choice::All,
        }
    }

    /// Whether the environment says where spans go. Without a word nobody is there: the default
    /// endpoint would only make the command wait for it.
    #[allow(clippy::disallowed_methods)] // This is part of config.rs.
    pub(crate) fn exports(&self) -> bool {
        let names = [
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ];
        let given = |name| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
        names.into_iter().any(given)
    }
}

impl FromStr for At {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let accepted = "accepted is PARTITION/OFFSET, for example 0/3";
        let (partition, offset) = text.split_once('/').ok_or(accepted)?;
        let at = Self {
            partition: partition.parse().map_err(|_| accepted)?,
            offset: offset.parse().map_err(|_| accepted)?,
        };
        if at.partition < 0 || at.offset < 0 {
            return Err(accepted);
        }
        Ok(at)
    }
}

fn brokers(text: &str) -> Result<String, String> {
    let is_server = |server: &str| {
        server.trim().rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
        })
    };
    if text.split(',').all(is_server) {
        return Ok(text.to_owned());
    }
    Err("accepted is host:port, several separated by commas".to_owned())
}

fn at_most(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse::<NonZeroUsize>().ok();
    let number = number.filter(|number| number.get() <= 10_000);
    number.ok_or_else(|| "accepted is a whole number from 1 to 10000".to_owned())
}
