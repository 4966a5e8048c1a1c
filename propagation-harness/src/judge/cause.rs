//! How a span may have come where it is.

use shared_telemetry::SpanId;
use shared_telemetry::testing::{SpanNode, TraceTree};

use crate::boundary::{Boundary, Medium};
use crate::picture::told;

impl Boundary {
    /// Where a span is that should be a child of `parent`, and how it may have got there.
    pub(super) fn astray(
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
    pub(super) fn lost(self) -> &'static str {
        match (self, self.medium()) {
            // Here the wire was looked at before, see [`Boundary::sent`].
            (Self::Http, _) => {
                "the context was on the wire, but the server does not read it \
                 (http::ServerLayer), reads it too late, or reads another format"
            }
            (Self::Grpc, _) => {
                "the context was on the wire, but the server does not read it \
                 (grpc::ServerLayer), reads it too late, or reads another format"
            }
            (_, medium) => medium.lost(),
        }
    }
}

impl Medium {
    /// The likely cause of a context that did not arrive.
    fn lost(self) -> &'static str {
        match self {
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
}
