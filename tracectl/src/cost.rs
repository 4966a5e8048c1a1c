//! `tracectl cost`: what ways of sampling a load make of it: volumes, processors, money, and what
//! each of them can't show.

mod strategy;
mod table;
#[cfg(test)]
mod tests;
mod volume;

use serde_json::json;

use crate::Answer;
use crate::config::Cost;
use strategy::Strategy;
use volume::Volume;

/// Shares that can't be.
#[derive(Debug, thiserror::Error)]
#[error(
    "--errors {errors} and --slow {slow} are more than all traces: a slow trace is one that has not failed"
)]
pub(crate) struct TooMany {
    errors: f64,
    slow: f64,
}

pub(crate) fn run(given: &Cost) -> Result<Answer, TooMany> {
    let (errors, slow) = (given.errors, given.slow);
    // Two shares that are all traces may come out a trifle above 1.
    if errors + slow > 1.0 + 1e-9 {
        return Err(TooMany { errors, slow });
    }
    let volumes = Strategy::ALL.map(|strategy| Volume::of(strategy, given));
    let text = if given.json {
        format!("{:#}\n", json!({ "given": given, "strategies": volumes }))
    } else {
        table::text(given, &volumes)
    };
    Ok(Answer {
        text,
        complaint: None,
        good: true,
    })
}
