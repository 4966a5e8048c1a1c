//! The verdicts: each names boundary, expected id, seen id, likely cause and lesson.

use shared_telemetry::testing::{SpanKind, SpanNode, TraceTree};
use shared_telemetry::{SpanId, TraceId};

use crate::boundary::{Boundary, Medium};
use crate::caller::Landing;
use crate::picture::{picture, told};

impl Boundary {
    /// Ends the test.
    #[track_caller]
    fn broken(self, expected: &str, seen: &str, cause: &str, recorded: Option<&TraceTree>) -> ! {
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
        let kind_name = format!("{kind:?}").to_uppercase();
        let expected = format!(
            "{kind_name} `{name}` in trace {} with parent {} ({})",
            parent.trace_id(),
            parent.id(),
            told(parent),
        );
        if right.len() > count {
            let seen = format!("{} of them, for {count}", right.len());
            let cause = "the work was done twice, or two layers make a span each";
            self.broken(&expected, &seen, cause, Some(recorded));
        }
        if let Some(other) = children.iter().find(|span| !of_kind(span)) {
            let seen = format!("its kind is {:?}", other.kind());
            self.broken(
                &expected,
                &seen,
                "the span has the wrong kind",
                Some(recorded),
            );
        }
        let Some(stray) = named.iter().find(|span| of_kind(span) && !is_child(span)) else {
            let seen = "no such span has ended";
            let cause = "the span is never started, or never ended: only what ends is exported";
            self.broken(&expected, seen, cause, Some(recorded));
        };
        let (seen, cause) = self.astray(recorded, parent, *stray);
        self.broken(&expected, &seen, &cause, Some(recorded));
    }

    /// Where a span is that should be a child of `parent`, and how it may have got there.
    fn astray(
        self,
        recorded: &TraceTree,
        parent: SpanNode<'_>,
        stray: SpanNode<'_>,
    ) -> (String, String) {
        let id = stray.id();
        if stray.trace_id() == parent.trace_id() {
            let other = recorded.spans().find(|span| span.id() == stray.parent_id());
            let other = other.map_or("which has not ended".to_owned(), told);
            let seen = format!("{id} has parent {} ({other})", stray.parent_id());
            let cause = "another span was active at the hand-over: the context was taken before \
                         the span was started, or after another one was";
            return (seen, cause.to_owned());
        }
        let place = if stray.parent_id() == SpanId::INVALID {
            "the root of"
        } else {
            "in"
        };
        let seen = format!("{id} is {place} another trace, {}", stray.trace_id());
        // Somebody did read the context, but the span does not know it.
        let skipped = recorded
            .spans()
            .find(|span| span.parent_id() == parent.id() && span.kind() != stray.kind());
        let cause = match skipped {
            Some(skipped) if matches!(self.medium(), Medium::Http | Medium::Grpc) => format!(
                "the context was read after the span had been started: {} hangs on the caller's \
                 span itself",
                told(skipped)
            ),
            _ => self.lost().to_owned(),
        };
        (seen, cause)
    }

    /// The likely cause of a context that did not arrive at all.
    fn lost(self) -> &'static str {
        match self.medium() {
            Medium::Http => {
                "the client does not write the headers (shared_telemetry::http::Client), the \
                 server does not read them (http::ServerLayer) or reads them too late, or the \
                 two speak different formats (OTEL_PROPAGATORS)"
            }
            Medium::Grpc => {
                "the client does not write the metadata (shared_telemetry::grpc::Client), the \
                 server does not read it (grpc::ServerLayer), or the two speak different formats"
            }
            Medium::Kafka | Medium::DeadLetter => {
                "the producer does not write the record's headers (shared_telemetry::kafka::\
                 Producer), or the consumer does not read them before its span starts"
            }
            Medium::Sql => {
                "the statement's span was started from an empty context, or the statement ran \
                 in a bare spawn"
            }
            Medium::Task => {
                "the work ran in a bare tokio::spawn, spawn_blocking or thread, which start \
                 without a context: use shared_telemetry::task"
            }
            Medium::Log => "the line was written outside of the span, or does not ask for its ids",
        }
    }

    /// Asserts that so many spans of that kind and name have ended, wherever they are.
    #[track_caller]
    pub fn ended(self, recorded: &TraceTree, kind: &SpanKind, name: &str, count: usize) {
        let named = recorded.named(name).into_iter();
        let ended = named.filter(|span| span.kind() == *kind).count();
        if ended < count {
            let kind = format!("{kind:?}").to_uppercase();
            let expected = format!("{count} {kind} `{name}` that have ended");
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

    /// Asserts that `consumer` links to exactly these producers, in any order.
    #[track_caller]
    pub fn links(
        self,
        recorded: &TraceTree,
        consumer: SpanNode<'_>,
        producers: &[(TraceId, SpanId)],
    ) {
        let links: Vec<_> = consumer.links().collect();
        let missing: Vec<_> = producers
            .iter()
            .filter(|one| !links.contains(one))
            .collect();
        if missing.is_empty() && links.len() == producers.len() {
            return;
        }
        let written = |links: &mut dyn Iterator<Item = &(TraceId, SpanId)>| {
            let links: Vec<_> = links
                .map(|(trace, span)| format!("trace {trace} span {span}"))
                .collect();
            links.join(", ")
        };
        let expected = format!(
            "{} {} with {} link(s): {}",
            told(consumer),
            consumer.id(),
            producers.len(),
            written(&mut producers.iter())
        );
        let (seen, cause) = if links.is_empty() {
            let cause = "the record's headers have no context (the producer did not write it), \
                         or nobody made a link of it";
            ("no link".to_owned(), cause)
        } else if links.len() < producers.len() {
            let cause =
                "only some messages of the batch are linked: each has a producer of its own";
            (written(&mut links.iter()), cause)
        } else {
            let cause = "the headers name another span: they were written before the producer's \
                         span was started, or copied from an older record";
            (written(&mut links.iter()), cause)
        };
        self.broken(&expected, &seen, cause, Some(recorded));
    }

    /// Asserts that `consumer` is in a trace of its own and not in its producer's.
    #[track_caller]
    pub fn own_trace(self, recorded: &TraceTree, consumer: SpanNode<'_>, producer: SpanNode<'_>) {
        if consumer.trace_id() == producer.trace_id() {
            let expected = format!(
                "{} in a trace of its own, with a link to {}",
                told(consumer),
                producer.id()
            );
            let seen = format!(
                "{} is in the producer's trace {} with parent {}",
                consumer.id(),
                consumer.trace_id(),
                consumer.parent_id()
            );
            let cause = "the producer's span was made the parent where a link belongs \
                         (kafka::Relation)";
            self.broken(&expected, &seen, cause, Some(recorded));
        }
    }

    /// Asserts that the wire between both sides names the caller's trace; `traceparent` is the
    /// header as it was there.
    #[track_caller]
    pub fn sent(self, caller: &Landing, traceparent: Option<&str>) {
        let seen = traceparent.and_then(|header| header.split('-').nth(1));
        let expected = caller.active.trace_id.to_string();
        if seen != Some(expected.as_str()) {
            let cause = "the caller's side does not write the context, or writes another one: is \
                         it sent through shared_telemetry?";
            let seen = traceparent.unwrap_or("no traceparent header");
            self.differs("on the wire trace", &expected, &seen, cause);
        }
    }

    /// Asserts that what landed behind the boundary belongs to what the caller had: trace id,
    /// decision, `tracestate` and baggage.
    #[track_caller]
    pub fn landed(self, caller: &Landing, landed: &Landing) {
        let (sent, seen) = (&caller.active, &landed.active);
        if sent.trace_id != seen.trace_id {
            let cause = self.lost();
            self.differs("trace id", &sent.trace_id, &seen.trace_id, cause);
        }
        if sent.sampled != seen.sampled {
            let cause = "the callee decides by itself: its sampler is not parent-based";
            self.differs("sampled flag", &sent.sampled, &seen.sampled, cause);
        }
        if sent.trace_state != seen.trace_state {
            let cause = "the tracestate is not handed on with the traceparent";
            self.differs("tracestate", &sent.trace_state, &seen.trace_state, cause);
        }
        self.baggage(caller.tier.as_deref(), landed.tier.as_deref());
    }

    /// Asserts that a baggage entry has arrived.
    #[track_caller]
    pub fn baggage(self, sent: Option<&str>, seen: Option<&str>) {
        if sent != seen {
            let cause = "the span context crossed without the baggage beside it";
            let shown = |entry: Option<&str>| entry.unwrap_or("nothing").to_owned();
            self.differs(
                "baggage app.customer.tier",
                &shown(sent),
                &shown(seen),
                cause,
            );
        }
    }

    /// Asserts that a span behind the boundary is the very one that was active before it.
    #[track_caller]
    pub fn same_span(self, caller: &Landing, landed: &Landing) {
        self.landed(caller, landed);
        let (sent, seen) = (caller.active.span_id, landed.active.span_id);
        if sent != seen {
            self.differs("active span", &sent, &seen, self.lost());
        }
    }

    /// Asserts that a line or a record names a trace or span.
    #[track_caller]
    pub fn names(self, what: &str, expected: &impl ToString, seen: &str) {
        if expected.to_string() != seen {
            self.differs(what, expected, &seen, self.lost());
        }
    }

    #[track_caller]
    fn differs(
        self,
        what: &str,
        expected: &impl ToString,
        seen: &(impl ToString + ?Sized),
        cause: &str,
    ) -> ! {
        let expected = format!("{what} {}", expected.to_string());
        let seen = format!("{what} {}", seen.to_string());
        self.broken(&expected, &seen, cause, None);
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
