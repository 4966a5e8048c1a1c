//! Sampling at the head: which traces are recorded at all.
//!
//! Everything should stand under *ParentBased*: whoever starts a trace decides, and everybody
//! behind follows the sampled flag. Without it each service throws its own dice, and what comes
//! out are half traces: spans whose parents nobody has.
//!
//! What a root is decided by:
//!
//! | `OTEL_TRACES_SAMPLER` | `OTEL_TRACES_SAMPLER_ARG` | keeps |
//! |---|---|---|
//! | `parentbased_always_on` | | every trace; the default |
//! | `parentbased_always_off` | | none |
//! | `parentbased_traceidratio` | a share from 0 to 1; 1 | this share, by the trace id's own randomness, see `share.rs` |
//! | `parentbased_ratelimiting` | traces a second; 10 | so many, and a burst of one second's worth |
//! | `parentbased_rules` | `GET /healthz=never,POST /upload=always,*=0.1` | by the first rule that fits, see [`Rule`]; what fits none is kept |
//!
//! The first three are the specification's. It has no name for the others: `ratelimiting` is
//! Jaeger's word for its sampler of that kind, `rules` is ours. Without `parentbased_` each span
//! is decided by itself; that is good for showing half traces and for nothing else.
//!
//! A link is no parent. But what a consumer does for a message belongs to what sent it, so under
//! ParentBased the root of a batch is recorded exactly when one of the producers that it links to
//! is, and inside of it the `process` span of a message exactly when its own producer is. The
//! trace of a recorded batch goes on with the greatest random number of its producers
//! (`ot=rv:…`), so that whoever keeps a share of what we recorded, a collector for example, keeps
//! it exactly when he keeps one of them. A rule or a rate decides on a consumer's root only where
//! no message tells of a producer, or where B3 left the decision open. See docs/adr/0018.
//!
//! A trace that somebody forces, by an edge's debug header or by `b3: d`, begins with the
//! greatest random number of all: every later share but none keeps it, and the trace behind the
//! queue with it.
//!
//! A decision is asked for before the span has attributes, so a rule knows its name and kind: for
//! a request that is the method and the route's template, and no path, query or header.

mod fate;
mod randomness;
mod roots;
mod rule;
mod share;

use std::str::FromStr;
use std::time::Instant;

use opentelemetry_sdk::trace::{Sampler, ShouldSample};

pub use rule::{InvalidRule, Rule};

use roots::{Clock, Roots};

/// Which traces are recorded, as `OTEL_TRACES_SAMPLER` names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// A caller's decision stands; the rest decides only where there is none.
    pub parent_based: bool,
    /// The first that means a root decides on it.
    pub rules: Vec<Rule>,
    /// The decision on a root that no rule means, and on every span when not parent-based.
    pub root: Decide,
}

/// A decision by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decide {
    /// `always_on`, or `always` in a rule.
    Always,
    /// `always_off`, or `never` in a rule.
    Never,
    /// `traceidratio`: this share of traces, from 0 to 1, chosen by trace id, so that every
    /// service with the same share chooses the same traces.
    Ratio(f64),
    /// `ratelimiting`: at most so many traces a second, and a second's worth at once. A fraction
    /// is one every few seconds.
    PerSecond(f64),
}

impl Default for Sampling {
    /// `parentbased_always_on`, as the specification has it.
    fn default() -> Self {
        Self {
            parent_based: true,
            rules: Vec::new(),
            root: Decide::Always,
        }
    }
}

impl Sampling {
    pub(crate) fn sampler(&self) -> Box<dyn ShouldSample> {
        self.sampler_by(Instant::now)
    }

    fn sampler_by(&self, clock: Clock) -> Box<dyn ShouldSample> {
        let own = Roots::new(self, clock);
        if self.parent_based {
            // `Sampler::parent_based`, not the variant `ParentBased`: that one throws away what a
            // root sampler adds to the tracestate.
            Box::new(Sampler::parent_based(own.clone()).with_remote_parent_not_sampled(own))
        } else {
            Box::new(own)
        }
    }
}

/// A word that is no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected always, never, a share from 0 to 1, or a rate such as 10/s")]
pub struct UnknownDecision;

impl FromStr for Decide {
    type Err = UnknownDecision;

    /// As a rule says it.
    fn from_str(word: &str) -> Result<Self, UnknownDecision> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let decide = match word.to_ascii_lowercase().as_str() {
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            word => match word.strip_suffix("/s") {
                Some(rate) => number(rate)
                    .filter(|rate| rate.is_finite() && *rate >= 0.0)
                    .map(Self::PerSecond),
                None => number(word)
                    .filter(|share| (0.0..=1.0).contains(share))
                    .map(Self::Ratio),
            },
        };
        decide.ok_or(UnknownDecision)
    }
}

#[cfg(test)]
mod tests;
