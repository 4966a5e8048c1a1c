//! Decisions as the SDK asks for them, at moments that the test sets.

mod links;

use std::cell::Cell;
use std::collections::HashMap;
use std::str::FromStr as _;
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, SpanId};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult};

use super::*;
use crate::propagation::{self, Format, Propagation};

const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

thread_local! {
    static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A clock that the test sets; each test has a thread of its own.
fn clock() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + PASSED.get()
}

/// To a producer with this trace id.
pub(super) fn link(trace: u128, sampled: bool, state: &str) -> Link {
    Link::with_context(SpanContext::new(
        TraceId::from(trace),
        SpanId::from(7),
        TraceFlags::default().with_sampled(sampled),
        true,
        TraceState::from_str(state).unwrap(),
    ))
}

/// What a test asks again and again.
struct Asked(Box<dyn ShouldSample>);

impl Asked {
    fn new(sampling: &Sampling) -> Self {
        PASSED.set(Duration::ZERO);
        Self(sampling.sampler_by(clock))
    }

    fn about(&self, parent: &Context, kind: &SpanKind, name: &str) -> SamplingResult {
        self.linking(parent, kind, name, &[])
    }

    fn linking(
        &self,
        parent: &Context,
        kind: &SpanKind,
        name: &str,
        links: &[Link],
    ) -> SamplingResult {
        let random = TraceId::from(1_u128 << 56);
        self.0
            .should_sample(Some(parent), random, name, kind, &[], links)
    }

    fn keeps_request(&self, name: &str) -> bool {
        let result = self.about(&Context::new(), &SpanKind::Server, name);
        result.decision == SamplingDecision::RecordAndSample
    }
}

/// The context that this `b3` header brings.
fn caller(b3: &str) -> Context {
    let headers = HashMap::from([("b3".to_owned(), b3.to_owned())]);
    Propagation::new(&[Format::B3], &[]).extract(&headers)
}

/// Whether a span under the caller that sent this `b3` header is recorded.
fn records(sampling: &Sampling, b3: &str) -> bool {
    let result = Asked::new(sampling).about(&caller(b3), &SpanKind::Server, "GET /");
    result.decision == SamplingDecision::RecordAndSample
}

fn parent_based(root: Decide) -> Sampling {
    Sampling {
        root,
        ..Sampling::default()
    }
}

fn by_rules(rules: &str) -> Sampling {
    Sampling {
        rules: Rule::parse_list(rules).unwrap(),
        ..Sampling::default()
    }
}

#[test]
fn a_caller_s_decision_stands_against_our_own() {
    for (state, records_it) in [("0", false), ("1", true), ("d", true)] {
        for own in [
            parent_based(Decide::Always),
            parent_based(Decide::Never),
            parent_based(Decide::PerSecond(0.0)),
            by_rules("GET /=always"),
            by_rules("GET /=never"),
        ] {
            assert_eq!(records(&own, state), records_it, "{state} {own:?}");
            let with_ids = format!("{IDS}-{state}");
            assert_eq!(records(&own, &with_ids), records_it, "{with_ids} {own:?}");
        }
    }
}

#[test]
fn a_deferred_decision_is_our_own() {
    for header in [IDS, ""] {
        assert!(records(&parent_based(Decide::Always), header));
        assert!(!records(&parent_based(Decide::Never), header));
        assert!(!records(&by_rules("GET /=never"), header));
    }
}

#[test]
fn a_sampler_that_is_not_parent_based_hears_nobody() {
    let sampling = Sampling {
        parent_based: false,
        ..Sampling::default()
    };
    assert!(records(&sampling, "0") && records(&sampling, &format!("{IDS}-0")));
}

#[test]
fn the_first_rule_that_fits_decides() {
    let asked = Asked::new(&by_rules(
        "GET /healthz=never,POST /upload=always,GET /h*=always,*=0",
    ));
    let kept = ["GET /healthz", "POST /upload", "GET /help", "GET /else"]
        .map(|name| asked.keeps_request(name));
    assert_eq!(kept, [false, true, true, false]);
}

#[test]
fn what_no_rule_means_is_kept() {
    let asked = Asked::new(&by_rules("GET /healthz=never"));
    assert!(asked.keeps_request("GET /else"));
}

#[test]
fn a_rate_keeps_exactly_so_many_roots_a_second_and_bounds_a_burst() {
    let asked = Asked::new(&parent_based(Decide::PerSecond(5.0)));
    let kept = |at: u64| {
        PASSED.set(Duration::from_millis(at));
        (0..100).filter(|_| asked.keeps_request("GET /")).count()
    };
    assert_eq!(
        [0, 100, 200, 1_000, 2_000, 60_000].map(kept),
        [5, 0, 1, 4, 5, 5]
    );
}

#[test]
fn what_a_caller_decided_takes_nothing_from_a_rate() {
    let asked = Asked::new(&parent_based(Decide::PerSecond(1.0)));
    for _ in 0..100 {
        let caller = caller(&format!("{IDS}-1"));
        let result = asked.about(&caller, &SpanKind::Server, "GET /");
        assert_eq!(result.decision, SamplingDecision::RecordAndSample);
    }
    assert!(asked.keeps_request("GET /"));
}

#[test]
fn each_rule_has_a_rate_of_its_own() {
    let asked = Asked::new(&by_rules("GET /a=2/s,GET /b=3/s"));
    let kept = |name| (0..10).filter(|_| asked.keeps_request(name)).count();
    assert_eq!([kept("GET /a"), kept("GET /b")], [2, 3]);
}

#[test]
fn a_clone_of_the_sampler_shares_its_rate() {
    let asked = Asked::new(&parent_based(Decide::PerSecond(2.0)));
    let clone = Asked(asked.0.clone());
    let kept = |asked: &Asked| (0..10).filter(|_| asked.keeps_request("GET /")).count();
    assert_eq!(kept(&asked) + kept(&clone), 2);
}

#[test]
fn no_rule_stands_against_the_debug_header_of_an_edge() {
    let debug = propagation::force(&Context::new());
    for own in [by_rules("*=never"), parent_based(Decide::PerSecond(0.0))] {
        let result = Asked::new(&own).about(&debug, &SpanKind::Server, "GET /");
        assert_eq!(result.decision, SamplingDecision::RecordAndSample);
    }
}

#[test]
fn a_share_tells_its_threshold_and_always_among_shares_tells_that_it_stands_for_itself() {
    let asked = Asked::new(&by_rules("GET /a=always,GET /b=5/s,*=1"));
    let state = |name| {
        let result = asked.about(&Context::new(), &SpanKind::Server, name);
        result.trace_state.header()
    };
    // How many a rate-limited trace stands for, nobody knows.
    assert_eq!(
        ["GET /a", "GET /b", "GET /c"].map(state),
        ["ot=th:0", "", "ot=th:0"]
    );
    let alone = Asked::new(&Sampling::default());
    let result = alone.about(&Context::new(), &SpanKind::Server, "GET /");
    assert_eq!(result.trace_state.header(), "");
}
