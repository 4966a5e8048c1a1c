//! Verdicts about what crossed: links, ids, the decision, `tracestate` and baggage.

use shared_telemetry::testing::{SpanNode, TraceTree};
use shared_telemetry::{SpanId, TraceId};

use crate::boundary::Boundary;
use crate::caller::Landing;
use crate::picture::told;

impl Boundary {
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
            let expected = format!("traceparent of trace {expected} on the wire");
            let seen = traceparent.map_or("no traceparent on the wire".to_owned(), |header| {
                format!("traceparent {header} on the wire")
            });
            self.broken(&expected, &seen, cause, None);
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
    pub(super) fn differs(
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
}
