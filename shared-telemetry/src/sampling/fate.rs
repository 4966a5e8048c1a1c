//! The fate of a trace that begins behind a queue: that of the traces that it links to.
//!
//! A link is no parent, so *ParentBased* knows nothing of it: a producer and its consumer would
//! be chosen by two throws of the dice, and of a tenth of each a hundredth of the pairs is whole.
//! docs/adr/0018 tells what is decided here and what that can't do.

use opentelemetry::trace::{Link, SpanContext, TraceState};

use super::randomness;

/// What the linked traces mean for one that links to them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fate<'l> {
    /// At least one of them is recorded.
    pub(super) kept: bool,
    /// The greatest random number of those that are recorded, of all when none is. Whoever
    /// samples later by a share keeps the greatest exactly when he keeps one of them.
    random: u64,
    /// `th` of the linked trace, when it is recorded and the only one: what it stands for, this
    /// one stands for too. How many batches a batch of several stands for, nobody knows.
    threshold: Option<&'l str>,
}

impl<'l> Fate<'l> {
    /// `None` when no link names a span.
    pub(super) fn of(links: &'l [Link]) -> Option<Self> {
        let spans = links.iter().map(|link| &link.span_context);
        let mut spans = spans.filter(|span| span.is_valid());
        let first = spans.next()?;
        // Recorded ones are greater than all others.
        let lot = |span: &SpanContext| {
            let random = randomness::of(span.trace_id(), span.trace_state());
            (span.is_sampled(), random)
        };
        let (mut greatest, mut alone) = (lot(first), true);
        for span in spans {
            greatest = greatest.max(lot(span));
            alone &= span.trace_id() == first.trace_id();
        }
        let (kept, random) = greatest;
        let threshold = (kept && alone).then(|| randomness::threshold(first.trace_state()));
        Some(Self {
            kept,
            random,
            threshold: threshold.flatten(),
        })
    }

    /// The `tracestate` of the trace that shares this fate: none when it is not recorded. Nobody
    /// will choose it from what was, and each span would carry a copy.
    pub(super) fn state(&self) -> TraceState {
        if self.kept {
            randomness::state_with(self.random, self.threshold)
        } else {
            TraceState::default()
        }
    }

    /// The `tracestate` of a trace that is decided on by itself: by the same random number.
    pub(super) fn state_undecided(&self) -> TraceState {
        randomness::state_with(self.random, None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::link;
    use super::*;

    fn fate(links: &[Link]) -> (bool, String) {
        let fate = Fate::of(links).unwrap();
        (fate.kept, fate.state().header())
    }

    #[test]
    fn one_linked_trace_hands_on_its_decision_its_randomness_and_its_threshold() {
        let kept = fate(&[link(0xab, true, "vendor=1,ot=th:8;xx:y")]);
        assert_eq!(kept, (true, "ot=th:8;rv:000000000000ab".into()));
        let dropped = fate(&[link(0xab, false, "ot=th:8")]);
        assert_eq!(dropped, (false, String::new()));
        let explicit = fate(&[link(0xab, true, "ot=rv:0000000000cafe")]);
        assert_eq!(explicit, (true, "ot=rv:0000000000cafe".into()));
    }

    #[test]
    fn of_several_the_greatest_randomness_counts_and_no_threshold() {
        let links = [
            link(1, true, "ot=th:8"),
            link(3, true, "ot=th:8"),
            link(2, true, "ot=th:8"),
        ];
        assert_eq!(fate(&links), (true, "ot=rv:00000000000003".into()));
    }

    #[test]
    fn several_messages_of_one_trace_are_one() {
        let links = [link(9, true, "ot=th:c"), link(9, true, "ot=th:c")];
        assert_eq!(fate(&links), (true, "ot=th:c;rv:00000000000009".into()));
    }

    #[test]
    fn what_is_not_recorded_counts_only_where_nothing_is() {
        let links = [link(1, true, ""), link(9, false, "")];
        assert_eq!(fate(&links), (true, "ot=rv:00000000000001".into()));
        let links = [link(1, false, ""), link(9, false, "")];
        assert_eq!(fate(&links), (false, String::new()));
        let undecided = Fate::of(&links).unwrap().state_undecided();
        assert_eq!(undecided.header(), "ot=rv:00000000000009");
    }

    #[test]
    fn links_to_nothing_are_none() {
        assert_eq!(Fate::of(&[]), None);
        assert_eq!(Fate::of(&[link(0, true, "")]), None);
        assert!(Fate::of(&[link(0, true, ""), link(1, true, "")]).is_some());
    }
}
