//! What a row is, and what rows are compared with each other.

use benches::gate::Noise;
use benches::kafka::Broker;

/// Rows that are compared with each other.
pub(crate) struct Group {
    /// What one round is.
    pub(crate) name: &'static str,
    /// What other threads do is the export, and nothing of a library's own.
    pub(crate) background: bool,
    /// The row of the mission that would suffer.
    pub(crate) mission: &'static str,
    /// By how much two runs of the same program may differ.
    pub(crate) noise: Noise,
    pub(crate) rows: Vec<Row>,
}

/// One program to measure.
pub(crate) struct Row {
    /// Unique, and what it does.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Environment of the program.
    pub(crate) environment: Environment,
    pub(crate) measure: Measure,
    /// How many times the usual rounds: where few are recorded, as many spans have to go out.
    pub(crate) times: u32,
    work: Box<dyn Fn(u32, Broker<'_>)>,
}

pub(crate) type Environment = &'static [(&'static str, &'static str)];

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// A round: the difference between few and many.
    Round,
    /// All of a program until its first answer.
    Start,
}

/// What a row is in the comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Without any instrumentation: taken off the others of its group.
    Bare,
    /// Only to be seen.
    Other,
    /// Something that one could use instead of ours, in a case.
    Peer(&'static str),
    /// Ours, compared with the best peer in the same case, with the instructions that it may
    /// cost: on the caller's thread, and in the background for a span.
    Ours {
        case: &'static str,
        goal: Option<u64>,
        goal_background: Option<u64>,
    },
}

impl Role {
    pub(crate) const fn ours(case: &'static str) -> Self {
        Self::Ours {
            case,
            goal: None,
            goal_background: None,
        }
    }

    pub(crate) const fn within(case: &'static str, instructions: u64) -> Self {
        Self::Ours {
            case,
            goal: Some(instructions),
            goal_background: None,
        }
    }

    /// With the goal for the background of a span, OTLP included.
    pub(crate) fn exported(self) -> Self {
        match self {
            Self::Ours { case, goal, .. } => Self::Ours {
                case,
                goal,
                goal_background: Some(3_000),
            },
            other => other,
        }
    }
}

impl Row {
    pub(crate) fn new(
        name: impl Into<String>,
        role: Role,
        environment: Environment,
        work: impl Fn(u32, Broker<'_>) + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            role,
            environment,
            measure: Measure::Round,
            times: 1,
            work: Box::new(work),
        }
    }

    /// Does that many rounds.
    pub(crate) fn run(&self, rounds: u32, broker: Broker<'_>) {
        (self.work)(rounds, broker);
    }
}
