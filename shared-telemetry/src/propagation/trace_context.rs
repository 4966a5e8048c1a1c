//! W3C Trace Context: the `traceparent` and `tracestate` headers.
//!
//! Stricter than the SDK's own propagator, which accepts malformed ids, and careful never to
//! send an empty `tracestate`. Source: W3C Trace Context, level 2.

use std::sync::LazyLock;

use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

use super::traceparent::{self, Traceparent};
use super::tracestate;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
/// The flags that this version of the specification defines; unknown ones are not passed on.
const KNOWN_FLAGS: u8 = traceparent::SAMPLED | traceparent::RANDOM;

/// The W3C Trace Context propagator.
#[derive(Debug, Clone, Copy)]
pub struct TraceContext;

impl TraceContext {
    fn read(carrier: &dyn Extractor) -> Option<SpanContext> {
        // "traceparent" twice is as good as none: nobody can tell which one is meant.
        let header = match carrier.get_all(TRACEPARENT)?.as_slice() {
            [single] => traceparent::parse(single.trim_matches([' ', '\t']).as_bytes()).ok()?,
            _ => return None,
        };
        // A broken tracestate never invalidates a good traceparent.
        let state = carrier
            .get_all(TRACESTATE)
            .map(|members| tracestate::parse(&members.join(",")))
            .unwrap_or_default();
        Some(SpanContext::new(
            TraceId::from_bytes(header.trace_id),
            SpanId::from_bytes(header.parent_id),
            TraceFlags::new(header.flags & KNOWN_FLAGS),
            true,
            state,
        ))
    }
}

/// The `traceparent` value of a span: what is sent on, and what answers name.
pub(crate) fn header_of(span: &SpanContext) -> [u8; 55] {
    traceparent::write(&Traceparent {
        version: 0,
        trace_id: span.trace_id().to_bytes(),
        parent_id: span.span_id().to_bytes(),
        flags: span.trace_flags().to_u8() & KNOWN_FLAGS,
    })
}

impl TextMapPropagator for TraceContext {
    fn inject_context(&self, context: &Context, carrier: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        if !span.is_valid() {
            return;
        }
        let header = header_of(span);
        let text = std::str::from_utf8(&header).expect("hex digits and dashes are ASCII");
        carrier.set(TRACEPARENT, text.to_owned());
        let state = span.trace_state().header();
        if !state.is_empty() {
            carrier.set(TRACESTATE, state);
        }
    }

    fn extract_with_context(&self, context: &Context, carrier: &dyn Extractor) -> Context {
        match Self::read(carrier) {
            Some(span) => context.with_remote_span_context(span),
            None => context.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 2]> =
            LazyLock::new(|| [TRACEPARENT.to_owned(), TRACESTATE.to_owned()]);
        FieldIter::new(FIELDS.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

    fn extract(headers: &[(&str, &str)]) -> SpanContext {
        let carrier: HashMap<String, String> = headers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        TraceContext
            .extract_with_context(&Context::new(), &carrier)
            .span()
            .span_context()
            .clone()
    }

    #[test]
    fn a_context_that_is_read_and_written_is_the_same() {
        let span = extract(&[("traceparent", GOOD), ("tracestate", "vendor=1,other=2")]);
        let mut sent = HashMap::new();
        let context = Context::new().with_remote_span_context(span);
        TraceContext.inject_context(&context, &mut sent);
        assert_eq!(sent["traceparent"], GOOD);
        assert_eq!(sent["tracestate"], "vendor=1,other=2");
    }

    #[test]
    fn no_empty_tracestate_is_sent() {
        let context = Context::new().with_remote_span_context(extract(&[("traceparent", GOOD)]));
        let mut sent = HashMap::new();
        TraceContext.inject_context(&context, &mut sent);
        assert!(!sent.contains_key("tracestate"));
    }

    #[test]
    fn malformed_headers_leave_the_context_unchanged() {
        for bad in [
            "",
            "00-1-2-01",
            "xx",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert!(
                !extract(&[("traceparent", bad)]).is_valid(),
                "{bad:?} was accepted"
            );
        }
    }

    #[test]
    fn a_broken_tracestate_does_not_cost_the_trace() {
        let span = extract(&[("traceparent", GOOD), ("tracestate", "===")]);
        assert!(span.is_valid());
        assert_eq!(span.trace_state().header(), "");
    }

    #[test]
    fn flags_that_nobody_has_defined_are_not_passed_on() {
        let span = extract(&[("traceparent", &GOOD.replace("-03", "-ff"))]);
        assert_eq!(span.trace_flags().to_u8(), 0x03);
    }
}
