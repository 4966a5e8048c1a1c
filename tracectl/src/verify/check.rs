//! One line of the report: what was checked, and what came of it.

use serde::Serialize;

pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
}

pub(crate) enum Outcome {
    /// And what was counted.
    Passed(String),
    Failed(Failure),
    /// Something that another check reports is missing, so there is nothing to look at.
    NotChecked(String),
}

/// A broken promise, told so that a reader knows where to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) seen: String,
    pub(crate) likely_cause: String,
}

/// Why a check did not pass.
pub(crate) enum Trouble {
    Broken(Failure),
    NotChecked(String),
}

pub(crate) type Verdict = Result<String, Trouble>;

impl Check {
    pub(crate) fn new(name: &'static str, verdict: Verdict) -> Self {
        let outcome = match verdict {
            Ok(counted) => Outcome::Passed(counted),
            Err(Trouble::Broken(failure)) => Outcome::Failed(failure),
            Err(Trouble::NotChecked(why)) => Outcome::NotChecked(why),
        };
        Self { name, outcome }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure)
    }
}
