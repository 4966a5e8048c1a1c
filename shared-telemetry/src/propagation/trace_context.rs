//! W3C Trace Context: the `traceparent` and `tracestate` headers.
//!
//! Stricter than the SDK's own propagator, which accepts malformed ids, and careful never to
//! send an empty `tracestate`. Source: W3C Trace Context, level 2.

use std::sync::LazyLock;

use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

use super::headers::{TRACEPARENT, TRACESTATE, W3cHeaders, texts};
use super::traceparent::{self, Traceparent};
use super::tracestate::{self, Read};
use super::{Caller, decision};

/// The flags that this version of the specification defines; unknown ones are not passed on.
const KNOWN_FLAGS: u8 = traceparent::SAMPLED | traceparent::RANDOM;

/// The W3C Trace Context propagator.
#[derive(Debug, Clone, Copy)]
pub struct TraceContext;

/// Without the blanks that HTTP allows around a value, and that hardly anybody sends.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// The span that the headers name, above all else that is known of the caller.
pub(super) fn read(headers: &W3cHeaders<'_>, around: Context) -> Caller {
    let header = headers.traceparent().map(trim);
    let Some(header) = header.and_then(|header| traceparent::parse(header).ok()) else {
        return Caller::from(around);
    };
    let trace_id = TraceId::from_bytes(header.trace_id);
    // A broken tracestate never invalidates a good traceparent.
    let (state, verbatim) = if headers.tracestate.is_empty() {
        (TraceState::NONE, None)
    } else {
        match tracestate::read(&texts(&headers.tracestate)) {
            Read::Nothing => (TraceState::NONE, None),
            Read::State(state) => (state, None),
            Read::Verbatim(text) => (TraceState::NONE, Some(text)),
        }
    };
    let span = SpanContext::new(
        trace_id,
        SpanId::from_bytes(header.parent_id),
        TraceFlags::new(header.flags & KNOWN_FLAGS),
        true,
        state,
    );
    let around = decision::overruled(around, &span);
    let around = match verbatim {
        Some(text) => tracestate::keep(&around, trace_id, text),
        None => around,
    };
    // What an older format named is overruled as well.
    if around.has_active_span() {
        Caller::from(around.with_remote_span_context(span))
    } else {
        Caller::new(span, around)
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
        if let Some(text) = tracestate::kept(context, span.trace_id()) {
            carrier.set(TRACESTATE, text.to_owned());
        } else if *span.trace_state() != TraceState::NONE {
            let state = tracestate::header(span.trace_state());
            // A list that lost its last member is empty, but not NONE.
            if !state.is_empty() {
                carrier.set(TRACESTATE, state);
            }
        }
    }

    fn extract_with_context(&self, context: &Context, carrier: &dyn Extractor) -> Context {
        let headers = W3cHeaders::of(carrier, &[TRACEPARENT, TRACESTATE]);
        read(&headers, context.clone()).into_context()
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

    fn extract(headers: &[(&str, &str)]) -> Context {
        let carrier: HashMap<String, String> = headers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        TraceContext.extract_with_context(&Context::new(), &carrier)
    }

    fn sent(context: &Context) -> HashMap<String, String> {
        let mut sent = HashMap::new();
        TraceContext.inject_context(context, &mut sent);
        sent
    }

    #[test]
    fn a_context_that_is_read_and_written_is_the_same() {
        for state in ["vendor=1,other=2", "two@at@signs=1"] {
            let sent = sent(&extract(&[("traceparent", GOOD), ("tracestate", state)]));
            assert_eq!(sent["traceparent"], GOOD);
            assert_eq!(sent["tracestate"], state);
        }
    }

    #[test]
    fn no_empty_tracestate_is_sent() {
        let none = extract(&[("traceparent", GOOD)]);
        assert!(!sent(&none).contains_key("tracestate"));
        let emptied = TraceState::from_key_value([("a", "1")]).unwrap();
        let span = none.span().span_context().clone();
        let emptied = none.with_remote_span_context(SpanContext::new(
            span.trace_id(),
            span.span_id(),
            span.trace_flags(),
            true,
            emptied.delete("a").unwrap(),
        ));
        assert!(!sent(&emptied).contains_key("tracestate"));
    }

    #[test]
    fn malformed_headers_leave_the_context_unchanged() {
        for bad in [
            "",
            "00-1-2-01",
            "+0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
            "00-1-1-1",
            "xx",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            let context = extract(&[("traceparent", bad), ("tracestate", "a=1")]);
            assert!(!context.has_active_span(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_broken_tracestate_does_not_cost_the_trace() {
        let context = extract(&[("traceparent", GOOD), ("tracestate", "===")]);
        assert_eq!(sent(&context).len(), 1);
        assert_eq!(sent(&context)["traceparent"], GOOD);
    }

    #[test]
    fn flags_that_nobody_has_defined_are_not_passed_on() {
        let context = extract(&[("traceparent", &GOOD.replace("-03", "-ff"))]);
        assert_eq!(sent(&context)["traceparent"], GOOD);
    }
}
