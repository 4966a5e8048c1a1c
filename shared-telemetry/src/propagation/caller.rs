//! What a caller sent, before a span of ours stands below it.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

/// The span that called, and beside it whatever else came: baggage, a state of B3.
///
/// A [`Context`] holds both, on the heap. Most requests are not recorded, and then the caller's
/// span is only read to make the one below it: so it stays here until somebody asks for more.
#[derive(Debug)]
pub(crate) struct Caller {
    /// [`SpanContext::NONE`] where no span called.
    span: SpanContext,
    /// Holds the span too where it was read by a propagator that knows nothing of this.
    around: Context,
}

impl Caller {
    pub(super) fn new(span: SpanContext, around: Context) -> Self {
        Self { span, around }
    }

    pub(crate) fn span(&self) -> &SpanContext {
        &self.span
    }

    /// All but the span, which it may hold or not.
    pub(crate) fn around(&self) -> &Context {
        &self.around
    }

    /// The context of which the caller's span is the active one.
    pub(crate) fn into_context(self) -> Context {
        if self.around.has_active_span() || !self.span.is_valid() {
            self.around
        } else {
            self.around.with_remote_span_context(self.span)
        }
    }
}

impl From<Context> for Caller {
    fn from(around: Context) -> Self {
        let span = around.span().span_context().clone();
        Self { span, around }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use opentelemetry::trace::TraceContextExt as _;

    use crate::http::HeaderCarrier;
    use crate::propagation::{Format, Propagation, decides_against};

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    /// What a request with these headers becomes, listed and asked for one by one.
    fn read(formats: &[Format], headers: &[(&str, Vec<u8>)]) -> [String; 2] {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
        let headers = headers.iter();
        let headers: HeaderMap = headers
            .map(|(name, bytes)| (name.parse::<HeaderName>().unwrap(), value(bytes)))
            .collect();
        let propagation = Propagation::new(formats, formats);
        let carrier = HeaderCarrier(&headers);
        let listed = headers.iter();
        let listed = listed.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let listed = propagation.caller(listed, &carrier).into_context();
        [listed, propagation.extract(&carrier)].map(|context| {
            let mut sent = std::collections::HashMap::new();
            propagation.inject(&context, &mut sent);
            let sent: BTreeMap<_, _> = sent.into_iter().collect();
            let against = decides_against(&context, context.span().span_context());
            format!("{context:?} {sent:?} {against}")
        })
    }

    #[test]
    fn headers_that_are_listed_bring_what_a_carrier_brings() {
        let all = [
            Format::TraceContext,
            Format::Baggage,
            Format::B3,
            Format::B3Multi,
        ];
        let lists: [&[Format]; 6] = [&all, &all[..2], &all[..1], &all[1..2], &all[2..], &[]];
        let parent = |flags: &str| ("traceparent", format!("{GOOD}-{flags}").into_bytes());
        let state = |text: &str| ("tracestate", text.as_bytes().to_vec());
        let baggage = |bytes: &[u8]| ("baggage", bytes.to_vec());
        let b3 = (
            "b3",
            b"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7".to_vec(),
        );
        let requests = [
            vec![("host", b"shop".to_vec())],
            vec![parent("00"), ("accept", b"*/*".to_vec())],
            vec![parent("01"), state("a=1"), state("b=2"), baggage(b"k=v")],
            vec![parent("03"), parent("03"), state("a=1")],
            vec![parent("0g"), baggage(b"k=v")],
            vec![parent("00"), state("two@at@signs=1"), baggage(b"k=\xff")],
            vec![baggage(b"a=1,b=2"), baggage(b"c=3"), baggage(b"=")],
            vec![parent("01"), b3.clone()],
            vec![b3],
        ];
        for formats in lists {
            for request in &requests {
                let [listed, carried] = read(formats, request);
                assert_eq!(listed, carried, "{formats:?} {request:?}");
            }
        }
    }
}
