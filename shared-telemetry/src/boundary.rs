//! The span of a boundary: started after the sampling decision, active while work is polled,
//! ended exactly once.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::OnceLock;

use opentelemetry::trace::{
    FutureExt, Link, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue, Value};

use crate::propagation::Caller;
use crate::semconv_opt_in;
use crate::tracer::Tracer;

/// The process's tracer. Unset until [`crate::Telemetry::start`], and for good when the SDK is
/// disabled: boundaries then pass an incoming context on unchanged and record nothing.
static TRACER: OnceLock<Tracer> = OnceLock::new();

pub(crate) fn install_tracer(tracer: Tracer) -> bool {
    TRACER.set(tracer).is_ok()
}

/// A boundary's span together with the context in which it is the active span.
///
/// Dropping it ends the span. That is what makes a cancelled request (the client hung up, a
/// deadline dropped the future) a span that ends, instead of one that is never exported.
#[derive(Debug)]
pub(crate) struct Boundary {
    context: Context,
    kind: SpanKind,
    recording: bool,
}

impl Boundary {
    /// Starts a span whose parent is the active span of `parent`.
    ///
    /// Only what a sampler may look at is handed over: name, kind and links. Attributes follow
    /// under [`Boundary::record`], after the decision.
    pub(crate) fn start(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        parent: &Context,
        links: impl IntoIterator<Item = Link>,
    ) -> Self {
        Self::start_with(name, kind, parent, links, Vec::new)
    }

    /// [`Boundary::start`], then [`Boundary::record`]. Below a span that is recorded the decision
    /// is known before, and the span is made with its attributes instead of taking one by one.
    pub(crate) fn start_with(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        parent: &Context,
        links: impl IntoIterator<Item = Link>,
        attributes: impl FnOnce() -> Vec<KeyValue>,
    ) -> Self {
        let Some(tracer) = TRACER.get() else {
            return Self::unrecorded(parent.clone(), kind);
        };
        let (known, unrecorded) = {
            let span = parent.span();
            let span = span.span_context();
            (
                tracer.records_below(span),
                tracer.unrecorded_below(span, parent),
            )
        };
        if let Some(context) = unrecorded {
            return Self::unrecorded(context, kind);
        }
        // Names and links are made here: a span that is not recorded has no use for them.
        let mut builder = SpanBuilder::from_name(name).with_kind(kind.clone());
        let links: Vec<_> = links.into_iter().collect();
        if !links.is_empty() {
            builder = builder.with_links(links);
        }
        let mut attributes = Some(attributes);
        if let Some(attributes) = attributes.take_if(|_| known) {
            builder.attributes = Some(with_old_names(&kind, attributes()));
        }
        let span = tracer.build_with_context(builder, parent);
        let recording = opentelemetry::trace::Span::is_recording(&span);
        let boundary = Self {
            context: parent.with_span(span),
            kind,
            recording,
        };
        if let Some(attributes) = attributes {
            boundary.record(attributes);
        }
        boundary
    }

    /// The span of a request that its caller decided against; `None` for any other caller. It has
    /// no name: nobody will see it.
    pub(crate) fn below_unrecorded(caller: &Caller, kind: SpanKind) -> Option<Self> {
        let context = TRACER
            .get()?
            .unrecorded_below(caller.span(), caller.around())?;
        Some(Self::unrecorded(context, kind))
    }

    fn unrecorded(context: Context, kind: SpanKind) -> Self {
        Self {
            context,
            kind,
            recording: false,
        }
    }

    /// The context to attach, and to inject from.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Runs `work` with the span active. Work that is dropped before it is done (a deadline, a
    /// `select!`, a caller that went away) makes the span a failure: it is no success.
    pub(crate) async fn during<F: Future>(&self, work: F) -> F::Output {
        let mut guard = Unfinished(Some(self));
        let output = work.with_context(self.context.clone()).await;
        guard.0 = None;
        output
    }

    /// Marks the span as failed because its work was dropped, by a panic or by whoever waited.
    pub(crate) fn fail_unfinished(&self) {
        if std::thread::panicking() {
            self.fail("panic", "the work panicked");
        } else {
            self.fail("cancelled", "given up before it was done");
        }
    }

    /// Builds attributes only if somebody will see them.
    pub(crate) fn record<A>(&self, attributes: impl FnOnce() -> A)
    where
        A: IntoIterator<Item = KeyValue>,
    {
        if !self.recording {
            return;
        }
        let span = self.context.span();
        if semconv_opt_in::is_on() {
            let attributes: Vec<_> = attributes().into_iter().collect();
            span.set_attributes(with_old_names(&self.kind, attributes));
        } else {
            span.set_attributes(attributes());
        }
    }

    /// Adds an event with one attribute.
    pub(crate) fn event(&self, name: &'static str, key: &'static str, value: impl Into<Value>) {
        if self.recording {
            self.context
                .span()
                .add_event(name, vec![KeyValue::new(key, value)]);
        }
    }

    pub(crate) fn set(&self, key: &'static str, value: impl Into<Value>) {
        self.record(|| [KeyValue::new(key, value)]);
    }

    /// Marks the span as failed. `error_type` is of low cardinality: a code or a type name.
    pub(crate) fn fail(
        &self,
        error_type: impl Into<Value>,
        description: impl Into<Cow<'static, str>>,
    ) {
        if self.recording {
            self.set(crate::names::ERROR_TYPE, error_type);
            self.context.span().set_status(Status::error(description));
        }
    }

    /// Marks the span as failed and tells why, see [`crate::error::record`].
    #[track_caller]
    pub(crate) fn fail_with<E: std::error::Error + 'static>(
        &self,
        error_type: impl Into<Value>,
        error: &E,
    ) {
        if self.recording {
            crate::error::record_on(&self.context.span(), error, Location::caller());
            self.set(crate::names::ERROR_TYPE, error_type);
        }
    }

    pub(crate) fn rename(&self, name: impl Into<Cow<'static, str>>) {
        if self.recording {
            self.context.span().update_name(name.into());
        }
    }
}

/// `attributes` behind their old names, where those are asked for.
fn with_old_names(kind: &SpanKind, attributes: Vec<KeyValue>) -> Vec<KeyValue> {
    if !semconv_opt_in::is_on() {
        return attributes;
    }
    let mut all = semconv_opt_in::old_names(kind, &attributes);
    all.extend(attributes);
    all
}

/// Tells [`Boundary::during`] that its work was dropped.
struct Unfinished<'b>(Option<&'b Boundary>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(span) = self.0 {
            span.fail_unfinished();
        }
    }
}

impl Drop for Boundary {
    fn drop(&mut self) {
        if self.recording {
            self.context.span().end();
        }
    }
}
