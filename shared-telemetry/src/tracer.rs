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
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SdkTracer, SpanData, SpanExporter};

use crate::propagation::{self, traceparent::RANDOM};
use started::Started;

/// Makes the spans of this process.
#[derive(Debug, Clone)]
pub(crate) struct Tracer {
    inner: SdkTracer,
    parent_based: bool,
    ids: RandomIdGenerator,
}

impl Tracer {
    /// `parent_based` says that the sampler does as a parent does, so that it need not be asked
    /// where there is one.
    pub(crate) fn new(inner: SdkTracer, parent_based: bool) -> Self {
        Self {
            inner,
            parent_based,
            ids: RandomIdGenerator::default(),
        }
    }

    /// True when a span below `parent` is recorded whatever it is.
    pub(crate) fn records_below(&self, parent: &SpanContext) -> bool {
        self.parent_based && parent.is_valid() && parent.is_sampled()
    }

    /// The context of a span below one that was decided against: that one's decision stands, and
    /// ids for log lines and callees are all that such a span has. The SDK would build it with all
    /// that a recorded one needs. `around` is what else the context has.
    pub(crate) fn unrecorded_below(
        &self,
        parent: &SpanContext,
        around: &Context,
    ) -> Option<Context> {
        let decided = self.parent_based
            && propagation::decides_against(around, parent)
            && !around.is_telemetry_suppressed();
        decided.then(|| {
            let span = SpanContext::new(
                parent.trace_id(),
                self.ids.new_span_id(),
                TraceFlags::new(parent.trace_flags().to_u8() & RANDOM),
                false,
                parent.trace_state().clone(),
            );
            // "Remote" is only the method's name: a span context without a span.
            around.with_remote_span_context(span)
        })
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
            .then(|| {
                builder
                    .start_time
                    .map_or_else(Started::now, Started::read_before)
            });
        if let Some(started) = &started {
            // The SDK would read the clock once more, and it may have been set in between.
            builder.start_time = Some(started.wall());
        }
        let inner = self.inner.build_with_context(builder, parent);
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
mod tests;
