//! Sampling at the head: which traces are recorded at all.
//!
//! Everything should stand under *ParentBased*: whoever starts a trace decides, and everybody
//! behind follows the sampled flag. Without it each service throws its own dice, and what comes
//! out are half traces: spans whose parents nobody has.

use opentelemetry_sdk::trace::{Sampler, ShouldSample};

/// Which traces are recorded, as `OTEL_TRACES_SAMPLER` names it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// A caller's decision stands; `root` decides only where there is none.
    pub parent_based: bool,
    /// The decision where there is no caller, or for every span when not parent-based.
    pub root: Decide,
}

/// A decision by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decide {
    /// `always_on`.
    Always,
    /// `always_off`.
    Never,
    /// `traceidratio`: this share of traces, from 0 to 1, chosen by trace id, so that every
    /// service with the same share chooses the same traces.
    Ratio(f64),
}

impl Default for Sampling {
    /// `parentbased_always_on`, as the specification has it.
    fn default() -> Self {
        Self {
            parent_based: true,
            root: Decide::Always,
        }
    }
}

impl Sampling {
    pub(crate) fn sampler(self) -> Box<dyn ShouldSample> {
        let root = match self.root {
            Decide::Always => Sampler::AlwaysOn,
            Decide::Never => Sampler::AlwaysOff,
            Decide::Ratio(share) => Sampler::TraceIdRatioBased(share),
        };
        // `Sampler::parent_based`, not the variant `ParentBased`: that one throws away what a
        // root sampler adds to the tracestate.
        if self.parent_based {
            Box::new(Sampler::parent_based(root))
        } else {
            Box::new(root)
        }
    }
}
