//! The ways to sample, and which share of the traces each keeps.

use serde::Serialize;

use crate::config::Cost;

/// A way to sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Strategy {
    /// Everything is kept.
    None,
    /// Every service draws for itself at the head's share, and follows no caller.
    HeadRatio,
    /// The first service draws, and all follow.
    ParentBased,
    /// A collector keeps what failed, what is slow, and a share of the rest.
    Tail,
    /// The first service draws, and a collector chooses from what it kept.
    HeadAndTail,
}

/// Shares of the traces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Kept {
    /// Of the spans, what leaves the services.
    pub(super) exported: f64,
    /// Of the spans, what a backend holds.
    pub(super) stored: f64,
    /// Of the failed traces, those that are there whole.
    pub(super) failed_whole: f64,
    /// Of the slow traces, those that are there whole.
    pub(super) slow_whole: f64,
    /// Of the others, those that are there whole.
    pub(super) ordinary_whole: f64,
    /// Of all traces, those of which some services are there and some are not.
    pub(super) in_pieces: f64,
}

impl Strategy {
    pub(super) const ALL: [Self; 5] = [
        Self::None,
        Self::HeadRatio,
        Self::ParentBased,
        Self::Tail,
        Self::HeadAndTail,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::HeadRatio => "head ratio",
            Self::ParentBased => "parent-based",
            Self::Tail => "tail",
            Self::HeadAndTail => "head + tail",
        }
    }

    /// Whether spans wait in a sampler's memory.
    pub(super) const fn has_a_tail(self) -> bool {
        matches!(self, Self::Tail | Self::HeadAndTail)
    }

    /// A failed or slow trace is taken to have as many spans as any other, spread evenly over the
    /// services.
    pub(super) fn kept(self, given: &Cost) -> Kept {
        let (head, baseline) = (given.head, given.baseline);
        match self {
            Self::None => Kept::by_kind(given, 1.0, 1.0, 1.0),
            Self::HeadRatio => {
                let services = i32::from(given.services);
                let (all, nobody) = (head.powi(services), (1.0 - head).powi(services));
                Kept {
                    // The parts are stored too.
                    stored: head,
                    in_pieces: 1.0 - all - nobody,
                    ..Kept::by_kind(given, head, all, all)
                }
            }
            Self::ParentBased => Kept::by_kind(given, head, head, head),
            Self::Tail => Kept::by_kind(given, 1.0, 1.0, baseline),
            // Shares do not multiply: both choose by the same random number of the trace, so the
            // smaller share is a part of the greater one (docs/sampling.md).
            Self::HeadAndTail => Kept::by_kind(given, head, head, baseline.min(head)),
        }
    }
}

impl Kept {
    fn by_kind(given: &Cost, exported: f64, failed_or_slow: f64, ordinary: f64) -> Self {
        let telling = given.errors + given.slow;
        Self {
            exported,
            stored: telling * failed_or_slow + (1.0 - telling).max(0.0) * ordinary,
            failed_whole: failed_or_slow,
            slow_whole: failed_or_slow,
            ordinary_whole: ordinary,
            in_pieces: 0.0,
        }
    }
}
