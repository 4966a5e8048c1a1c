//! What is measured.

use crate::{kafka, log, request, span};

/// Rows that are compared with each other.
pub(crate) struct Group {
    /// What one round is.
    pub(crate) name: &'static str,
    /// What other threads do is the export, and nothing of a library's own.
    pub(crate) background: bool,
    pub(crate) rows: &'static [Row],
}

/// One program to measure.
pub(crate) struct Row {
    /// Unique, and what it does.
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Environment of the program.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    work: fn(u32, &str),
}

/// What a row is in the comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Without any instrumentation: taken off the others of its group.
    Bare,
    /// Something to compare with.
    Other,
    /// Ours, compared with the row at that place in the group, with the instructions that it may
    /// cost: on the caller's thread, and in the background for a span.
    Ours {
        peer: usize,
        goal: Option<u64>,
        goal_background: Option<u64>,
    },
}

impl Row {
    /// Does that many rounds. `broker` is where Kafka is.
    pub(crate) fn run(&self, rounds: u32, broker: &str) {
        (self.work)(rounds, broker);
    }
}

pub(crate) fn named(name: &str) -> Option<&'static Row> {
    let rows = GROUPS.iter().flat_map(|group| group.rows);
    rows.into_iter().find(|row| row.name == name)
}

const ON: &[(&str, &str)] = &[("OTEL_TRACES_SAMPLER", "parentbased_always_on")];
/// Ids without an export, for log lines.
const IDS: &[(&str, &str)] = &[("OTEL_TRACES_EXPORTER", "none")];

const fn ours(peer: usize, goal: u64) -> Role {
    Role::Ours {
        peer,
        goal: Some(goal),
        goal_background: None,
    }
}

const fn exported(peer: usize, goal: Option<u64>) -> Role {
    Role::Ours {
        peer,
        goal,
        goal_background: Some(3_000),
    }
}

const fn row(
    name: &'static str,
    role: Role,
    environment: &'static [(&'static str, &'static str)],
    work: fn(u32, &str),
) -> Row {
    Row {
        name,
        role,
        environment,
        work,
    }
}

pub(crate) const GROUPS: [Group; 4] = [
    Group {
        name: "request (axum, one route)",
        background: true,
        rows: &[
            row("bare handler", Role::Bare, &[], request::bare),
            row("an empty layer", Role::Other, &[], request::empty),
            row(
                "stock recipe, unsampled",
                Role::Other,
                ON,
                request::stock_unsampled,
            ),
            row(
                "stock recipe, sampled",
                Role::Other,
                ON,
                request::stock_sampled,
            ),
            row(
                "ServerLayer, unsampled",
                ours(2, 2_000),
                ON,
                request::ours_unsampled,
            ),
            row(
                "ServerLayer, sampled",
                exported(3, Some(3_000)),
                ON,
                request::ours_sampled,
            ),
        ],
    },
    Group {
        name: "log line (JSON, two fields, in a span)",
        background: true,
        rows: &[
            row("stock JSON formatter, no ids", Role::Other, IDS, log::stock),
            row("ours, with ids", ours(0, 2_300), IDS, log::ours),
        ],
    },
    Group {
        name: "kafka message (consumed in batches of 64)",
        background: false,
        rows: &[
            row("bare consumer", Role::Bare, &[], kafka::bare),
            row("stock recipe, a span each", Role::Other, ON, kafka::stock),
            row(
                "BatchConsumer, unsampled",
                ours(1, 3_200),
                ON,
                kafka::each_unsampled,
            ),
            row(
                "BatchConsumer, a span each",
                ours(1, 5_000),
                ON,
                kafka::each,
            ),
            row(
                "BatchConsumer, batch span",
                ours(1, 3_250),
                ON,
                kafka::batches,
            ),
        ],
    },
    Group {
        name: "business span (tracing, two attributes)",
        background: true,
        rows: &[
            row(
                "stock layer, in an unsampled request",
                Role::Other,
                ON,
                span::stock_unsampled,
            ),
            row(
                "stock layer, in a sampled request",
                Role::Other,
                ON,
                span::stock_sampled,
            ),
            row(
                "ours, in an unsampled request",
                ours(0, 100),
                ON,
                span::ours_unsampled,
            ),
            row(
                "ours, in a sampled request",
                exported(1, None),
                ON,
                span::ours_sampled,
            ),
        ],
    },
];
