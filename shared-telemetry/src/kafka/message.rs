//! One message of a batch, and its process span.

use std::error::Error;

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use rdkafka::message::{BorrowedMessage, Headers, Message as _};

use super::record_headers::RecordHeaders;
use super::{ProducerSpan, Relation};
use crate::boundary::Boundary;
use crate::{baggage, names, propagation};

/// A message with the context that its producer sent along.
#[derive(Debug)]
pub struct Message<'c> {
    pub(super) record: BorrowedMessage<'c>,
    /// The producer's span and baggage, as read from the headers.
    context: Context,
    relation: Relation,
    span_name: std::sync::Arc<str>,
    group: std::sync::Arc<str>,
}

impl<'c> Message<'c> {
    pub(super) fn new(
        record: BorrowedMessage<'c>,
        relation: Relation,
        span_name: std::sync::Arc<str>,
        group: std::sync::Arc<str>,
    ) -> Self {
        let context = propagation::extract(&RecordHeaders(record.headers()));
        Self {
            record,
            context,
            relation,
            span_name,
            group,
        }
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.record.topic()
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.record.partition()
    }

    /// The offset within the partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.record.offset()
    }

    /// The key, if the record has one.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.record.key()
    }

    /// The value, if the record has one.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        self.record.payload()
    }

    /// All headers in order, those of the trace context included.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let headers = self.record.headers();
        headers
            .into_iter()
            .flat_map(|headers| headers.iter().map(|header| (header.key, header.value)))
    }

    /// The span that sent this message, if its headers name one.
    #[must_use]
    pub fn producer(&self) -> Option<ProducerSpan> {
        ProducerSpan::valid(self.context.span().span_context())
    }

    pub(super) fn producer_context(&self) -> Option<SpanContext> {
        let span = self.context.span();
        span.span_context()
            .is_valid()
            .then(|| span.span_context().clone())
    }

    pub(super) fn link(&self) -> Option<Link> {
        self.producer_context().map(Link::with_context)
    }

    pub(super) fn is_left_open(&self) -> bool {
        propagation::is_left_open(&self.context)
    }

    /// Runs `work` in a CONSUMER span named `process {topic}` that links to the producer, with
    /// the producer's baggage. An error of `work` is recorded on the span. Under a sampler that is
    /// parent-based nothing is recorded for a message whose producer was decided against, though
    /// others of its batch may be.
    ///
    /// # Errors
    /// Those of `work`, unchanged.
    pub async fn process<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E>
    where
        E: Error + 'static,
    {
        let span = Boundary::start(
            self.span_name.to_string(),
            SpanKind::Consumer,
            &self.parent(),
            self.link().into_iter().collect(),
        );
        span.record(|| self.attributes());
        let result = span.during(work).await;
        if let Err(error) = &result {
            span.fail_with(crate::error::type_name_of(error), error);
        }
        result
    }

    /// By [`Relation::Link`] the batch span, with this message's baggage; by
    /// [`Relation::Parent`] the producer's span.
    fn parent(&self) -> Context {
        if self.relation == Relation::Parent && self.producer().is_some() {
            return self.context.clone();
        }
        Context::map_current(|batch| {
            let batch = baggage::carry(&self.context, batch);
            if propagation::is_decided_against(&self.context) {
                unrecorded(batch)
            } else {
                batch
            }
        })
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new(names::MESSAGING_SYSTEM, "kafka"),
            KeyValue::new(names::MESSAGING_OPERATION_NAME, "process"),
            KeyValue::new(names::MESSAGING_OPERATION_TYPE, "process"),
            KeyValue::new(names::MESSAGING_DESTINATION_NAME, self.topic().to_owned()),
            KeyValue::new(
                names::MESSAGING_CONSUMER_GROUP_NAME,
                std::sync::Arc::clone(&self.group),
            ),
            KeyValue::new(
                names::MESSAGING_DESTINATION_PARTITION_ID,
                self.partition().to_string(),
            ),
            KeyValue::new(names::MESSAGING_KAFKA_OFFSET, self.offset()),
        ];
        if self.payload().is_none() {
            attributes.push(KeyValue::new(
                names::MESSAGING_KAFKA_MESSAGE_TOMBSTONE,
                true,
            ));
        }
        if let Some(Ok(key)) = self.key().map(std::str::from_utf8) {
            attributes.push(KeyValue::new(
                names::MESSAGING_KAFKA_MESSAGE_KEY,
                key.to_owned(),
            ));
        }
        attributes
    }
}

/// A context for work that shares nothing with its batch but the ids: the same span, without the
/// sampled flag. Who follows his parent records nothing.
fn unrecorded(batch: Context) -> Context {
    let without = {
        let span = batch.span();
        let span = span.span_context();
        span.is_sampled().then(|| {
            SpanContext::new(
                span.trace_id(),
                span.span_id(),
                span.trace_flags().with_sampled(false),
                // Of this process: a remote caller's word is asked for once more.
                false,
                span.trace_state().clone(),
            )
        })
    };
    match without {
        Some(span) => batch.with_remote_span_context(span),
        None => batch,
    }
}
