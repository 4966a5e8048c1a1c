//! A trace as a tree, and assertions whose failures name the boundary.

use std::fmt;
use std::time::Duration;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{SpanId, TraceId, Value};
use opentelemetry_sdk::trace::SpanData;

/// The spans of one trace.
#[derive(Debug, Clone)]
pub struct TraceTree {
    spans: Vec<SpanData>,
}

/// One span of a [`TraceTree`].
#[derive(Debug, Clone, Copy)]
pub struct SpanNode<'t> {
    data: &'t SpanData,
}

impl TraceTree {
    pub(super) fn new(mut spans: Vec<SpanData>) -> Self {
        spans.sort_by_key(|span| span.start_time);
        Self { spans }
    }

    /// How many spans have ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True when no span has ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// All spans by start.
    pub fn spans(&self) -> impl Iterator<Item = SpanNode<'_>> {
        self.spans.iter().map(|data| SpanNode { data })
    }

    /// The spans of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<SpanNode<'_>> {
        self.spans().filter(|span| span.name() == name).collect()
    }

    /// True when a span of that name has ended.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.spans().any(|span| span.name() == name)
    }

    /// The one span of that name and kind.
    ///
    /// # Panics
    /// When there is none or more than one, showing the tree.
    #[must_use]
    #[track_caller]
    pub fn one(&self, name: &str, kind: SpanKind) -> SpanNode<'_> {
        let found: Vec<_> = self
            .named(name)
            .into_iter()
            .filter(|span| span.data.span_kind == kind)
            .collect();
        assert!(
            found.len() == 1,
            "expected one {kind:?} span {name:?}, found {}:\n{self}",
            found.len()
        );
        found[0]
    }

    /// Asserts that `child` is the child of `parent`, and says what broke at `boundary` if not.
    ///
    /// # Panics
    /// With the boundary, both ids and the likely cause.
    #[track_caller]
    pub fn assert_child(&self, boundary: &str, parent: SpanNode<'_>, child: SpanNode<'_>) {
        let (expected, seen) = (parent.id(), child.parent_id());
        if parent.trace_id() != child.trace_id() {
            panic!(
                "{boundary}: {:?} is in trace {} and {:?} in trace {}: the context was not \
                 carried over\n{self}",
                parent.name(),
                parent.trace_id(),
                child.name(),
                child.trace_id(),
            );
        }
        if expected != seen {
            let cause = if seen == SpanId::INVALID {
                "the context was extracted too late or not at all"
            } else {
                "another span was active at the hand-over"
            };
            panic!(
                "{boundary}: parent of {:?} is {seen}, expected {expected} ({:?}): {cause}\n{self}",
                child.name(),
                parent.name(),
            );
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, parent: SpanId, depth: usize) -> fmt::Result {
        // Deeper than this is a cycle.
        if depth > self.spans.len() {
            return Ok(());
        }
        for span in self
            .spans()
            .filter(|span| self.shown_parent(*span) == parent)
        {
            writeln!(
                f,
                "{:indent$}{:?} {} [{} <- {}]",
                "",
                span.kind(),
                span.name(),
                span.id(),
                span.parent_id(),
                indent = 2 * depth + 2,
            )?;
            self.write(f, span.id(), depth + 1)?;
        }
        Ok(())
    }

    /// A span whose parent is not here is shown at the top.
    fn shown_parent(&self, span: SpanNode<'_>) -> SpanId {
        let parent = span.parent_id();
        if self.spans().any(|other| other.id() == parent) {
            parent
        } else {
            SpanId::INVALID
        }
    }
}

impl fmt::Display for TraceTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, SpanId::INVALID, 0)
    }
}

impl<'t> SpanNode<'t> {
    /// The span's name.
    #[must_use]
    pub fn name(&self) -> &'t str {
        &self.data.name
    }

    /// The span's kind.
    #[must_use]
    pub fn kind(&self) -> SpanKind {
        self.data.span_kind.clone()
    }

    /// The span's id.
    #[must_use]
    pub fn id(&self) -> SpanId {
        self.data.span_context.span_id()
    }

    /// The id of its trace.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.data.span_context.trace_id()
    }

    /// The id of its parent, [`SpanId::INVALID`] for a root.
    #[must_use]
    pub fn parent_id(&self) -> SpanId {
        self.data.parent_span_id
    }

    /// When it started.
    #[must_use]
    pub fn start(&self) -> std::time::SystemTime {
        self.data.start_time
    }

    /// From its start to its end.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let taken = self.data.end_time.duration_since(self.data.start_time);
        taken.unwrap_or_default()
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&'t Value> {
        self.data
            .attributes
            .iter()
            .find(|pair| pair.key.as_str() == key)
            .map(|pair| &pair.value)
    }

    /// The value of an attribute as text, `""` when it is missing.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.attribute(key)
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// What its links point at.
    pub fn links(&self) -> impl Iterator<Item = (TraceId, SpanId)> {
        self.data
            .links
            .iter()
            .map(|link| (link.span_context.trace_id(), link.span_context.span_id()))
    }

    /// The names of its events, in order.
    #[must_use]
    pub fn events(&self) -> Vec<&'t str> {
        self.data
            .events
            .iter()
            .map(|event| event.name.as_ref())
            .collect()
    }

    /// The value of an attribute of its first event of that name, as text.
    #[must_use]
    pub fn event_text(&self, event: &str, key: &str) -> String {
        let event = self
            .data
            .events
            .iter()
            .find(|candidate| candidate.name == event);
        event
            .and_then(|event| {
                event
                    .attributes
                    .iter()
                    .find(|pair| pair.key.as_str() == key)
            })
            .map(|pair| pair.value.to_string())
            .unwrap_or_default()
    }

    /// True when its status is ERROR.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.data.status, Status::Error { .. })
    }

    /// True when its status is unset, as successes stay.
    #[must_use]
    pub fn status_unset(&self) -> bool {
        matches!(self.data.status, Status::Unset)
    }
}
