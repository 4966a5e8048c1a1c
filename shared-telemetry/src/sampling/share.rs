//! A share of traces, chosen so that everybody who chooses the same share chooses the same
//! traces.
//!
//! Source: OpenTelemetry specification, "TraceState: Probability Sampling". A share *p* is a
//! threshold *T* = (1 − p)·2⁵⁶, and a trace is kept when its random number R ≥ T. What was kept
//! carries its threshold as `ot=th:…`, so that whoever counts spans later knows how many each
//! stands for.
//!
//! The SDK's own `TraceIdRatioBased` compares other bits the other way round and writes nothing.

use opentelemetry::trace::{TraceId, TraceState};

use super::randomness::{self, BITS, DIGITS, MEMBER, fields};

/// Digits of a threshold that tell something: 1 in 65,536 is as near as a share has to be.
const PRECISION: u32 = 4;

/// A share of traces.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    /// Kept from here on; `1 << 56` keeps nothing.
    threshold: u64,
    /// As `th` has it; `None` keeps nothing.
    text: Option<Box<str>>,
}

impl Share {
    /// From 0, none, to 1, all.
    pub(super) fn new(share: f64) -> Self {
        let all = 1_u64 << BITS;
        // Exact: 2⁵⁶ is a power of two, and what a share has beyond it is rounded away.
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let kept = (share * all as f64).round() as u64;
        let threshold = all - kept.min(all);
        if threshold == all {
            return Self {
                threshold,
                text: None,
            };
        }
        let threshold = rounded(threshold);
        let digits = format!("{threshold:0width$x}", width = DIGITS);
        let text = match digits.trim_end_matches('0') {
            "" => "0",
            text => text,
        };
        Self {
            threshold,
            text: Some(text.into()),
        }
    }

    /// Whether the trace is kept, and the `tracestate` that it goes on with.
    pub(super) fn decide(&self, trace_id: TraceId, state: &TraceState) -> (bool, TraceState) {
        let random = randomness::of(trace_id, state);
        let kept = self.text.as_deref().filter(|_| random >= self.threshold);
        (kept.is_some(), with_threshold(state, kept))
    }
}

/// A threshold of few digits, as near as it matters. Its decision is by the rounded one too:
/// what `th` says is what was done.
fn rounded(threshold: u64) -> u64 {
    // A share near 0 begins with `f`s, one near 1 with `0`s; they tell only where it begins.
    let from_top = threshold << (u64::BITS - BITS);
    let leading = from_top.leading_ones().max(from_top.leading_zeros()) / 4;
    let digits = (leading + PRECISION).min(BITS / 4);
    let shift = BITS - digits * 4;
    if shift == 0 {
        return threshold;
    }
    let half = 1 << (shift - 1);
    ((threshold + half) >> shift) << shift
}

/// `state` with that threshold in place of another; without any for a trace that is not kept.
fn with_threshold(state: &TraceState, text: Option<&str>) -> TraceState {
    let member = state.get(MEMBER);
    let own = text.map(|text| format!("th:{text}"));
    let others = fields(member.unwrap_or_default()).filter(|field| !field.starts_with("th:"));
    let fields: Vec<_> = own.as_deref().into_iter().chain(others).collect();
    let changed = match (fields.is_empty(), member) {
        (true, None) => return state.clone(),
        (true, Some(_)) => state.delete(MEMBER),
        (false, _) => state.insert(MEMBER, fields.join(";")),
    };
    // Refused only if a caller's other fields left no room.
    changed.unwrap_or_else(|_| state.clone())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn trace_ending_in(random: u64) -> TraceId {
        // The half before must not matter.
        TraceId::from(u128::MAX << 56 | u128::from(random))
    }

    fn keeps(share: f64, random: u64, state: &str) -> (bool, String) {
        let state = TraceState::from_str(state).unwrap();
        let (kept, state) = Share::new(share).decide(trace_ending_in(random), &state);
        (kept, state.header())
    }

    const HALF: u64 = 1 << 55;

    #[test]
    fn a_share_is_said_as_the_specifications_threshold() {
        for (share, text) in [
            (1.0, Some("0")),
            (0.5, Some("8")),
            (0.25, Some("c")),
            (0.1, Some("e666")),
            (0.01, Some("fd70a")),
            (0.0, None),
        ] {
            assert_eq!(Share::new(share).text.as_deref(), text, "{share}");
        }
    }

    #[test]
    fn a_trace_is_kept_from_the_threshold_on() {
        assert_eq!(keeps(0.5, HALF, ""), (true, "ot=th:8".into()));
        assert_eq!(keeps(0.5, HALF - 1, ""), (false, String::new()));
        assert_eq!(keeps(1.0, 0, ""), (true, "ot=th:0".into()));
        assert_eq!(keeps(0.0, (1 << 56) - 1, ""), (false, String::new()));
    }

    #[test]
    fn whoever_keeps_less_keeps_a_part_of_what_others_keep() {
        for step in 0..=1000_u64 {
            let random = step * (((1 << 56) - 1) / 1000);
            let kept = [0.01, 0.1, 0.5, 0.99, 1.0].map(|share| keeps(share, random, "").0);
            assert!(kept.is_sorted(), "{random:x}: {kept:?}");
        }
    }

    #[test]
    fn explicit_randomness_beats_the_trace_id_and_is_handed_on() {
        let last = "ot=rv:ffffffffffffff";
        let (kept, state) = keeps(0.5, 0, last);
        assert_eq!((kept, state.as_str()), (true, "ot=th:8;rv:ffffffffffffff"));
        let first = "ot=rv:00000000000000";
        assert_eq!(keeps(0.5, HALF, first), (false, first.into()));
    }

    #[test]
    fn randomness_of_a_strange_form_is_none() {
        for strange in ["ot=rv:fff", "ot=rv:FFFFFFFFFFFFFF", "ot=rv:+fffffffffffff"] {
            assert!(!keeps(0.5, 0, strange).0, "{strange}");
        }
    }

    #[test]
    fn an_old_threshold_is_replaced_and_everybody_elses_state_is_kept() {
        let state = "vendor=1,ot=th:c;xx:y";
        assert_eq!(
            keeps(0.5, HALF, state),
            (true, "ot=th:8;xx:y,vendor=1".into())
        );
        assert_eq!(keeps(0.5, 0, state), (false, "ot=xx:y,vendor=1".into()));
        assert_eq!(
            keeps(0.5, 0, "ot=th:c,vendor=1"),
            (false, "vendor=1".into())
        );
    }
}
