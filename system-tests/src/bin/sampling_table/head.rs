//! What a sampler at the head would have dropped, decided by the rules of
//! `shared-telemetry/src/sampling`: a root by its randomness, a consumer by its links.

use std::collections::HashMap;

use crate::otlp::{self, Id, Span};
use crate::recording::Recording;
use crate::traces::{Shape, Traces};

const RANDOM_BITS: u32 = 56;
const RANDOM_DIGITS: usize = 14;

/// A share of traces, chosen where they begin.
pub(crate) struct Head<'t> {
    traces: &'t Traces,
    threshold: u64,
    decided: HashMap<u128, bool>,
}

impl<'t> Head<'t> {
    pub(crate) fn new(traces: &'t Traces, share: f64) -> Self {
        let all = 1_u64 << RANDOM_BITS;
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )] // A power of two, times a share from 0 to 1.
        let kept = (share * all as f64).round() as u64;
        Self {
            traces,
            threshold: all - kept.min(all),
            decided: HashMap::new(),
        }
    }

    /// The part of the recording that would have been exported, with the threshold in the
    /// `tracestate` as the sampler writes it there.
    pub(crate) fn sends_on(mut self, recording: &Recording) -> Recording {
        recording.filtered(|span| {
            let id = otlp::id(span);
            let stays = self.keeps(id);
            if stays && self.traces.stands_for_as_many(id.0) {
                add_threshold(span, self.threshold);
            }
            stays
        })
    }

    /// A span is there when its trace is, unless it is below the span of a message whose producer
    /// was not sampled.
    pub(crate) fn keeps(&mut self, span: Id) -> bool {
        let traces = self.traces;
        self.keeps_trace(span.0)
            && (traces.linked_root(span.0).is_none()
                || traces
                    .upwards(span)
                    .filter(|(_, shape)| shape.processes_a_message())
                    .all(|(_, shape)| self.keeps_a_link(shape)))
    }

    fn keeps_trace(&mut self, trace: u128) -> bool {
        if let Some(decided) = self.decided.get(&trace) {
            return *decided;
        }
        // Ends a circle of links.
        self.decided.insert(trace, false);
        let kept = match self.traces.linked_root(trace) {
            Some(root) => self.keeps_a_link(root),
            None => self.randomness(trace) >= self.threshold,
        };
        self.decided.insert(trace, kept);
        kept
    }

    fn keeps_a_link(&mut self, shape: &Shape) -> bool {
        shape
            .links
            .iter()
            .any(|(trace, _)| self.keeps_trace(*trace))
    }

    fn randomness(&self, trace: u128) -> u64 {
        let root = self.traces.roots.get(&trace);
        let root = root.and_then(|root| self.traces.spans.get(&(trace, *root)));
        let explicit = root.and_then(|root| explicit_randomness(&root.state));
        #[allow(clippy::cast_possible_truncation)] // The last 56 bits are meant.
        let end = (trace as u64) & ((1 << RANDOM_BITS) - 1);
        explicit.unwrap_or(end)
    }
}

/// `rv` of the member `ot` of a `tracestate`.
fn explicit_randomness(state: &str) -> Option<u64> {
    let member = state
        .split(',')
        .find_map(|member| member.trim().strip_prefix("ot="))?;
    let digits = member
        .split(';')
        .find_map(|field| field.strip_prefix("rv:"))?;
    (digits.len() == RANDOM_DIGITS)
        .then(|| u64::from_str_radix(digits, 16).ok())
        .flatten()
}

fn add_threshold(span: &mut Span, threshold: u64) {
    let digits = format!("{threshold:0width$x}", width = RANDOM_DIGITS);
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let state = &span.trace_state;
    span.trace_state = match state.strip_prefix("ot=") {
        Some(rest) => format!("ot=th:{digits};{rest}"),
        None if state.is_empty() => format!("ot=th:{digits}"),
        None => format!("ot=th:{digits},{state}"),
    };
}
