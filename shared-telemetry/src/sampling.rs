//! Sampling at the head: which traces are recorded at all.
//!
//! Everything should stand under *ParentBased*: whoever starts a trace decides, and everybody
//! behind follows the sampled flag. Without it each service throws its own dice, and what comes
//! out are half traces: spans whose parents nobody has.

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample};

use crate::propagation::{self, Wish};

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
            let root: Box<dyn ShouldSample> = Box::new(ByCaller { own: root });
            Box::new(Sampler::parent_based(root.clone()).with_remote_parent_not_sampled(root))
        } else {
            Box::new(root)
        }
    }
}

/// Hears what a B3 caller says beyond the sampled flag: `b3: 0` without ids suppresses a new
/// trace, and ids without a decision leave the decision to us.
#[derive(Debug, Clone)]
struct ByCaller {
    own: Sampler,
}

impl ShouldSample for ByCaller {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = match parent.map_or(Wish::None, propagation::wish) {
            Wish::Record => &Sampler::AlwaysOn,
            Wish::Drop => &Sampler::AlwaysOff,
            Wish::None => &self.own,
        };
        sampler.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;
    use crate::propagation::{Format, Propagation};

    /// Whether a span under the caller that sent this `b3` header is recorded.
    fn records(sampling: Sampling, b3: &str) -> bool {
        let headers = std::collections::HashMap::from([("b3".to_owned(), b3.to_owned())]);
        let parent = Propagation::new(&[Format::B3], &[]).extract(&headers);
        let result = sampling.sampler().should_sample(
            Some(&parent),
            1_u128.into(),
            "span",
            &SpanKind::Server,
            &[],
            &[],
        );
        result.decision == SamplingDecision::RecordAndSample
    }

    fn parent_based(root: Decide) -> Sampling {
        let parent_based = true;
        Sampling { parent_based, root }
    }

    const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    #[test]
    fn a_caller_s_decision_stands_against_our_own() {
        for (state, records_it) in [("0", false), ("1", true), ("d", true)] {
            for root in [Decide::Always, Decide::Never] {
                assert_eq!(records(parent_based(root), state), records_it, "{state}");
                let with_ids = format!("{IDS}-{state}");
                assert_eq!(
                    records(parent_based(root), &with_ids),
                    records_it,
                    "{with_ids}"
                );
            }
        }
    }

    #[test]
    fn a_deferred_decision_is_our_own() {
        for header in [IDS, ""] {
            assert!(records(parent_based(Decide::Always), header));
            assert!(!records(parent_based(Decide::Never), header));
        }
    }

    #[test]
    fn a_sampler_that_is_not_parent_based_hears_nobody() {
        let sampling = Sampling {
            parent_based: false,
            root: Decide::Always,
        };
        assert!(records(sampling, "0") && records(sampling, &format!("{IDS}-0")));
    }
}
