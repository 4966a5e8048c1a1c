//! Flags, clocks and decisions of the spans that are made here.

use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider};

use super::*;

/// Starts a span under a caller with these flags, or a root, and one below it; gives the
/// flags that are sent on by each, and those that were exported.
fn flags(caller: Option<u8>, sampler: Sampler) -> (Vec<u8>, Vec<u8>) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_simple_exporter(Flagged(exporter.clone()))
        .build();
    let tracer = Tracer::new(provider.tracer("test"), false);
    let caller = caller.map_or_else(Context::new, |flags| {
        Context::new().with_remote_span_context(SpanContext::new(
            1_u128.into(),
            1_u64.into(),
            TraceFlags::new(flags),
            true,
            opentelemetry::trace::TraceState::NONE,
        ))
    });
    let outer = caller.with_span(tracer.start_with_context("outer", &caller));
    let inner = outer.with_span(tracer.start_with_context("inner", &outer));
    let of = |context: &SpanContext| context.trace_flags().to_u8();
    let sent = [&outer, &inner].map(|context| of(context.span().span_context()));
    inner.span().end();
    outer.span().end();
    let exported = exporter.get_finished_spans().expect("no panic");
    let exported = exported.iter().map(|span| of(&span.span_context));
    (sent.to_vec(), exported.collect())
}

#[test]
fn a_root_and_all_below_it_have_the_random_flag() {
    assert_eq!(flags(None, Sampler::AlwaysOn), (vec![3, 3], vec![3, 3]));
    assert_eq!(flags(None, Sampler::AlwaysOff), (vec![2, 2], vec![]));
}

#[test]
fn a_span_starts_at_the_very_moment_from_which_its_end_is_judged() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let tracer = Tracer::new(provider.tracer("test"), false);
    let mut span = tracer.start_with_context("root", &Context::new());
    let began = span.started.map(|started| started.wall());
    opentelemetry::trace::Span::end(&mut span);
    let exported = exporter.get_finished_spans().expect("no panic");
    assert_eq!(Some(exported[0].start_time), began);
}

#[test]
fn a_caller_s_random_flag_stands_sampled_or_not() {
    for (caller, sampled, dropped) in [(3, 3, 2), (2, 3, 2), (1, 1, 0), (0, 1, 0)] {
        let (sent, exported) = flags(Some(caller), Sampler::AlwaysOn);
        assert_eq!((sent, exported), (vec![sampled; 2], vec![sampled; 2]));
        assert_eq!(flags(Some(caller), Sampler::AlwaysOff).0, [dropped; 2]);
    }
}

#[test]
fn a_span_that_is_not_recorded_is_the_one_that_the_sdk_would_make() {
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .build();
    let tracer = Tracer::new(provider.tracer("test"), true);
    for flags in [0, RANDOM] {
        let state = opentelemetry::trace::TraceState::from_key_value([("a", "1")]);
        let (trace, span) = (1_u128.into(), 1_u64.into());
        let flags = TraceFlags::new(flags);
        let caller = SpanContext::new(trace, span, flags, true, state.expect("a legal list"));
        let parent = Context::new().with_remote_span_context(caller.clone());
        let known = tracer.unrecorded_below(&caller, &Context::new());
        let known = known.expect("the caller has decided");
        let built = parent.with_span(tracer.start_with_context("inner", &parent));
        let parts = |context: &Context| {
            let span = context.span();
            let own = span.span_context();
            assert!(own.is_valid() && own.span_id() != caller.span_id());
            let state = own.trace_state().header();
            (own.trace_id(), own.trace_flags(), own.is_remote(), state)
        };
        assert_eq!(parts(&known), parts(&built));
    }
}

#[test]
fn only_a_parent_that_was_decided_against_decides() {
    let provider = SdkTracerProvider::builder().build();
    let caller = |flags| {
        let (trace, span) = (1_u128.into(), 1_u64.into());
        SpanContext::new(
            trace,
            span,
            TraceFlags::new(flags),
            true,
            Default::default(),
        )
    };
    let decided = |parent_based, caller: SpanContext, around: &Context| {
        let tracer = Tracer::new(provider.tracer("test"), parent_based);
        tracer.unrecorded_below(&caller, around).is_some()
    };
    let empty = Context::new();
    assert!(decided(true, caller(0), &empty));
    assert!(!decided(false, caller(0), &empty), "each by itself");
    assert!(!decided(true, caller(1), &empty), "sampled");
    assert!(!decided(true, SpanContext::NONE, &empty), "a root");
    assert!(!decided(
        true,
        caller(0),
        &empty.with_telemetry_suppressed()
    ));
}
