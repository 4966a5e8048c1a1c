//! The verdicts: each names boundary, expected id, seen id, likely cause and lesson.

mod cause;
mod crossing;
mod fate;

use shared_telemetry::SpanId;
use shared_telemetry::testing::{SpanKind, SpanNode, TraceTree};

use crate::boundary::Boundary;
use crate::picture::{picture, told, upper};

impl Boundary {
    /// Ends the test.
    #[track_caller]
    pub(super) fn broken(
        self,
        expected: &str,
        seen: &str,
        cause: &str,
        recorded: Option<&TraceTree>,
    ) -> ! {
        let recorded = recorded
            .map(|recorded| format!("  recorded\n{}", picture(recorded)))
            .unwrap_or_default();
        let lesson = self.lesson();
        panic!(
            "broken: {self}\n  expected  {expected}\n  seen      {seen}\n  cause     {cause}\n  \
             lesson    {lesson}\n{recorded}"
        );
    }

    /// The one span of that kind and name that is a child of `parent`.
    #[track_caller]
    pub fn child<'t>(
        self,
        recorded: &'t TraceTree,
        parent: SpanNode<'_>,
        kind: SpanKind,
        name: &str,
    ) -> SpanNode<'t> {
        let found = self.children(recorded, parent, kind.clone(), name, 1);
        found[0]
    }

    /// The `count` spans of that kind and name that are children of `parent`.
    #[track_caller]
    pub fn children<'t>(
        self,
        recorded: &'t TraceTree,
        parent: SpanNode<'_>,
        kind: SpanKind,
        name: &str,
        count: usize,
    ) -> Vec<SpanNode<'t>> {
        let named = recorded.named(name);
        let of_kind = |span: &SpanNode<'_>| span.kind() == kind;
        let is_child = |span: &SpanNode<'_>| {
            span.trace_id() == parent.trace_id() && span.parent_id() == parent.id()
        };
        let children: Vec<_> = named.iter().copied().filter(is_child).collect();
        let right: Vec<_> = children.iter().copied().filter(of_kind).collect();
        if right.len() == count {
            return right;
        }
        let expected = format!(
            "{} `{name}` in trace {} with parent {} ({})",
            upper(&kind),
            parent.trace_id(),
            parent.id(),
            told(parent),
        );
        let stray = named.iter().find(|span| of_kind(span) && !is_child(span));
        let other_kind = children.iter().find(|span| !of_kind(span));
        let (seen, cause) = if right.len() > count {
            let cause = "the work was done twice, or two layers make a span each";
            (
                format!("{} of them, for {count}", right.len()),
                cause.to_owned(),
            )
        } else if let Some(other) = other_kind {
            let cause = "the span has the wrong kind".to_owned();
            (format!("its kind is {:?}", other.kind()), cause)
        } else if let Some(stray) = stray {
            self.astray(recorded, parent, *stray)
        } else {
            let cause = "the span is never started, or never ended: only what ends is exported";
            ("no such span has ended".to_owned(), cause.to_owned())
        };
        self.broken(&expected, &seen, &cause, Some(recorded));
    }

    /// Asserts that so many spans of that kind and name have ended, wherever they are.
    #[track_caller]
    pub fn ended(self, recorded: &TraceTree, kind: &SpanKind, name: &str, count: usize) {
        let named = recorded.named(name).into_iter();
        let ended = named.filter(|span| span.kind() == *kind).count();
        if ended < count {
            let expected = format!("{count} {} `{name}` that have ended", upper(kind));
            let orphan = recorded.spans().find(|span| {
                span.parent_id() != SpanId::INVALID
                    && !recorded.spans().any(|one| one.id() == span.parent_id())
            });
            let seen = orphan.map_or(format!("{ended}"), |orphan| {
                let (id, parent) = (orphan.id(), orphan.parent_id());
                format!(
                    "{ended}; {} {id} has parent {parent}, which has not ended",
                    told(orphan)
                )
            });
            let cause = "somebody still holds the span, or has forgotten it: what never ends is \
                         never exported";
            self.broken(&expected, &seen, cause, Some(recorded));
        }
    }

    /// Asserts that none of these spans was recorded: their caller was decided against.
    #[track_caller]
    pub fn not_recorded(self, recorded: &TraceTree, names: &[&str]) {
        let spans = recorded.spans().find(|span| names.contains(&span.name()));
        if let Some(span) = spans {
            let expected = "no span: the caller sent the sampled flag 00";
            let seen = format!("{} {} in trace {}", told(span), span.id(), span.trace_id());
            let cause = "the callee decides by itself, so half a trace is kept: its sampler is \
                         not parent-based, or it has not read the context";
            self.broken(expected, &seen, cause, Some(recorded));
        }
    }
}
