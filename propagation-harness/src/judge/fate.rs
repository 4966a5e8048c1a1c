//! Verdicts about what is recorded behind a queue, where no parent tells.

use shared_telemetry::testing::{Active, SpanKind, TraceTree};

use crate::boundary::Boundary;
use crate::picture::told;

const NOT_HEARD: &str = "the consumer decides by itself, so half a pair is kept: a link is no \
                         parent, and its sampler does not look at links, or the message's span \
                         does not follow its own producer";

impl Boundary {
    /// Asserts that a CONSUMER span named `name` is linked to the producer's trace exactly when
    /// that is recorded.
    #[track_caller]
    pub fn shares_fate(self, recorded: &TraceTree, producer: &Active, name: &str) {
        let spans = recorded.named(name).into_iter();
        let mut consumers = spans.filter(|span| span.kind() == SpanKind::Consumer);
        let consumer =
            consumers.find(|span| span.links().any(|(trace, _)| trace == producer.trace_id));
        let trace = producer.trace_id;
        match (producer.sampled, consumer) {
            (true, Some(_)) | (false, None) => {}
            (true, None) => {
                let expected = format!("CONSUMER `{name}` with a link to the kept trace {trace}");
                self.broken(&expected, "none was recorded", NOT_HEARD, Some(recorded));
            }
            (false, Some(consumer)) => {
                let expected = format!("no span for trace {trace}, which was decided against");
                let seen = format!(
                    "{} {} in trace {}",
                    told(consumer),
                    consumer.id(),
                    consumer.trace_id()
                );
                self.broken(&expected, &seen, NOT_HEARD, Some(recorded));
            }
        }
    }

    /// Asserts that no span of these names was recorded behind a queue: no producer was.
    #[track_caller]
    pub fn not_recorded_behind(self, recorded: &TraceTree, names: &[&str]) {
        if let Some(span) = recorded.spans().find(|span| names.contains(&span.name())) {
            let expected = "no span: the producer was decided against";
            let seen = format!("{} {} in trace {}", told(span), span.id(), span.trace_id());
            self.broken(expected, &seen, NOT_HEARD, Some(recorded));
        }
    }
}
