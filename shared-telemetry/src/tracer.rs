//! The SDK's tracer, taught the random flag of W3C Trace Context level 2.
//!
//! The SDK knows level 1: a root of its own has no random flag, though its trace id is random,
//! and a span that is not sampled loses the flag that its caller set. A caller's flag must stand
//! for the whole trace (section 3.2.2.5.2), so each span takes it over from its parent, and a
//! root sets it.

mod started;

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Span as _, SpanBuilder, SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue, SpanId, TraceFlags};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SpanData, SpanExporter};

use crate::propagation::traceparent::RANDOM;
use started::Started;

/// Makes the spans of this process.
#[derive(Debug, Clone)]
pub(crate) struct Tracer(SdkTracer);

impl Tracer {
    pub(crate) fn new(inner: SdkTracer) -> Self {
        Self(inner)
    }
}

impl opentelemetry::trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, mut builder: SpanBuilder, parent: &Context) -> Span {
        let parent_flags = {
            let parent = parent.span();
            let parent = parent.span_context();
            parent.is_valid().then(|| parent.trace_flags())
        };
        // The SDK's generator draws all 128 bits of a new trace id at random.
        let random = parent_flags.is_none_or(|flags| flags.to_u8() & RANDOM != 0);
        // Below a span that is not sampled nothing is recorded, as a rule, and no clock is read.
        let started = parent_flags
            .is_none_or(|flags| flags.is_sampled())
            .then(Started::now);
        if let Some(started) = &started {
            // The SDK would read the clock once more, and it may have been set in between.
            builder.start_time.get_or_insert(started.wall());
        }
        let inner = self.0.build_with_context(builder, parent);
        let flagged = random.then(|| flagged(inner.span_context())).flatten();
        let started = inner
            .is_recording()
            .then(|| started.unwrap_or_else(Started::now));
        Span {
            inner,
            flagged,
            started,
        }
    }
}

/// `context` with the flag, if it is a span's and lacks it.
fn flagged(context: &SpanContext) -> Option<SpanContext> {
    let flags = context.trace_flags().to_u8();
    (context.is_valid() && flags & RANDOM == 0).then(|| {
        SpanContext::new(
            context.trace_id(),
            context.span_id(),
            TraceFlags::new(flags | RANDOM),
            context.is_remote(),
            context.trace_state().clone(),
        )
    })
}

/// The SDK's span, with its own span context where the SDK's lacks the flag.
#[derive(Debug)]
pub(crate) struct Span {
    inner: opentelemetry_sdk::trace::Span,
    flagged: Option<SpanContext>,
    /// None when nothing is recorded.
    started: Option<Started>,
}

impl Span {
    fn believable(&self, at: SystemTime) -> SystemTime {
        self.started.map_or(at, |started| started.believable(at))
    }
}

impl opentelemetry::trace::Span for Span {
    fn add_event_with_timestamp<T>(&mut self, name: T, at: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        let at = self.believable(at);
        self.inner.add_event_with_timestamp(name, at, attributes);
    }

    fn span_context(&self) -> &SpanContext {
        let inner = self.inner.span_context();
        self.flagged.as_ref().unwrap_or(inner)
    }

    fn is_recording(&self) -> bool {
        self.inner.is_recording()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.inner.set_attribute(attribute);
    }

    fn set_status(&mut self, status: Status) {
        self.inner.set_status(status);
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.inner.update_name(new_name);
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.inner.add_link(span_context, attributes);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        let timestamp = self.believable(timestamp);
        self.inner.end_with_timestamp(timestamp);
    }
}

/// Sets the flag of roots on the way to another exporter, so that what is exported and what was
/// sent on agree. Spans with a parent have it from there.
#[derive(Debug)]
pub(crate) struct Flagged<E>(pub(crate) E);

impl<E: SpanExporter> SpanExporter for Flagged<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let roots = batch
            .iter_mut()
            .filter(|span| span.parent_span_id == SpanId::INVALID);
        for root in roots {
            if let Some(context) = flagged(&root.span_context) {
                root.span_context = context;
            }
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
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
        let tracer = Tracer::new(provider.tracer("test"));
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
        let tracer = Tracer::new(provider.tracer("test"));
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
}
