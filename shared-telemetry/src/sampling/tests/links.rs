//! Roots that link to others: the batches of a consumer.

use std::slice;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;

use super::*;

impl Asked {
    /// Whether the root of a batch with these producers is recorded, and its `tracestate`.
    fn batch(&self, parent: &Context, producers: &[Link]) -> (bool, String) {
        let result = self.linking(parent, &SpanKind::Consumer, "process_batch a", producers);
        let kept = result.decision == SamplingDecision::RecordAndSample;
        (kept, result.trace_state.header())
    }
}

#[test]
fn a_consumer_s_root_shares_the_fate_of_its_producers_against_every_rule_and_rate() {
    let (kept, dropped) = (link(9, true, ""), link(3, false, ""));
    for own in [
        parent_based(Decide::Always),
        parent_based(Decide::Never),
        parent_based(Decide::Ratio(0.5)),
        parent_based(Decide::PerSecond(0.0)),
        by_rules("consumer *=always"),
        by_rules("consumer *=never"),
    ] {
        let asked = Asked::new(&own);
        let batch = |links: &[Link]| asked.batch(&Context::new(), links);
        let state = |random: &str| format!("ot=rv:000000000000{random}");
        assert_eq!(
            batch(slice::from_ref(&kept)),
            (true, state("09")),
            "{own:?}"
        );
        assert_eq!(
            batch(slice::from_ref(&dropped)),
            (false, String::new()),
            "{own:?}"
        );
        let mixed = [dropped.clone(), kept.clone()];
        assert_eq!(batch(&mixed), (true, state("09")), "{own:?}");
    }
}

#[test]
fn a_consumer_s_root_that_links_to_nobody_is_decided_as_every_root() {
    for links in [vec![], vec![link(0, true, "")]] {
        let batch = |own: &Sampling| Asked::new(own).batch(&Context::new(), &links).0;
        assert!(batch(&parent_based(Decide::Always)));
        assert!(!batch(&parent_based(Decide::Never)));
        assert!(!batch(&by_rules("consumer process_batch *=never")));
    }
}

#[test]
fn links_decide_nothing_for_a_request_nor_under_a_parent() {
    let kept = [link(9, true, "")];
    let never = Asked::new(&parent_based(Decide::Never));
    for kind in [SpanKind::Server, SpanKind::Producer, SpanKind::Internal] {
        let result = never.linking(&Context::new(), &kind, "a", &kept);
        assert_eq!(result.decision, SamplingDecision::Drop, "{kind:?}");
        assert_eq!(result.trace_state.header(), "", "{kind:?}");
    }
    let quiet = caller(&format!("{IDS}-0"));
    assert!(!never.batch(&quiet, &kept).0);
}

#[test]
fn producers_that_left_the_decision_open_leave_it_to_our_own_by_their_randomness() {
    let open = propagation::decide_anew(&Context::new());
    let links = [link(1 << 55, false, ""), link(3, false, "")];
    let batch = |own: &Sampling| Asked::new(own).batch(&open, &links);
    let half = batch(&parent_based(Decide::Ratio(0.5)));
    assert_eq!(half, (true, "ot=th:8;rv:80000000000000".into()));
    let quarter = batch(&parent_based(Decide::Ratio(0.25)));
    assert_eq!(quarter, (false, "ot=rv:80000000000000".into()));
    assert!(batch(&parent_based(Decide::Always)).0);
    assert!(!batch(&by_rules("consumer *=never")).0);
}

#[test]
fn b3_tells_a_decision_that_is_open_from_one_against() {
    let says = |b3: &str| {
        let context = caller(b3);
        let open = propagation::is_left_open(&context);
        (
            open,
            propagation::decides_against(&context, context.span().span_context()),
        )
    };
    assert_eq!(says(IDS), (true, false));
    for (state, against) in [("0", true), ("1", false), ("d", false)] {
        assert_eq!(says(&format!("{IDS}-{state}")), (false, against), "{state}");
    }
    assert_eq!(says(""), (false, false));
}

#[test]
fn a_sampler_that_is_not_parent_based_decides_on_a_batch_by_the_randomness_of_its_producers() {
    let asked = |root| {
        Asked::new(&Sampling {
            parent_based: false,
            ..parent_based(root)
        })
    };
    let batch = |root, random| asked(root).batch(&Context::new(), &[link(random, false, "")]);
    assert!(batch(Decide::Ratio(0.5), 1 << 55).0);
    assert!(!batch(Decide::Ratio(0.5), (1 << 55) - 1).0);
    assert_eq!(
        batch(Decide::Always, 0xab),
        (true, "ot=rv:000000000000ab".into())
    );
}

#[test]
fn what_is_forced_begins_with_the_greatest_randomness_and_so_does_what_follows_it() {
    let forced = "ot=rv:ffffffffffffff";
    for wish in [propagation::force(&Context::new()), caller("d")] {
        let asked = Asked::new(&parent_based(Decide::Never));
        let result = asked.about(&wish, &SpanKind::Server, "GET /");
        assert_eq!(result.decision, SamplingDecision::RecordAndSample);
        assert_eq!(result.trace_state.header(), forced);
    }
    // Who only asks to record has chosen nothing for those behind.
    let asked = Asked::new(&parent_based(Decide::Never));
    let result = asked.about(&caller("1"), &SpanKind::Server, "GET /");
    assert_eq!(result.trace_state.header(), "");
    let links = [link(1, true, forced), link(2, true, "")];
    assert_eq!(asked.batch(&Context::new(), &links), (true, forced.into()));
}
