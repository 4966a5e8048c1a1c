//! One message of a batch, and its process span.

use std::borrow::Cow;
use std::error::Error;
use std::iter::once_with;
use std::sync::Arc;

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use rdkafka::message::{BorrowedMessage, Headers, Message as _};

use super::origin::Origin;
use super::{ProducerSpan, Relation, record_headers};
use crate::boundary::Boundary;
use crate::propagation::{self, Caller};
use crate::{baggage, names};

/// A message with the context that its producer sent along.
#[derive(Debug)]
pub struct Message<'c> {
    pub(super) record: BorrowedMessage<'c>,
    /// The producer's span and baggage, as read from the headers.
    caller: Caller,
    relation: Relation,
    origin: Arc<Origin>,
}

impl<'c> Message<'c> {
    pub(super) fn new(
        record: BorrowedMessage<'c>,
        relation: Relation,
        origin: Arc<Origin>,
    ) -> Self {
        let caller = record_headers::caller(&record);
        Self {
            record,
            caller,
            relation,
            origin,
        }
    }

    pub(super) fn is_from(&self, origin: &Arc<Origin>) -> bool {
        Arc::ptr_eq(&self.origin, origin)
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.origin.topic
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.origin.partition
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
        ProducerSpan::valid(self.caller.span())
    }

    pub(super) fn producer_context(&self) -> Option<SpanContext> {
        let span = self.caller.span();
        span.is_valid().then(|| span.clone())
    }

    pub(super) fn link(&self) -> Option<Link> {
        self.producer_context().map(Link::with_context)
    }

    pub(super) fn is_left_open(&self) -> bool {
        propagation::is_left_open(self.caller.around())
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
        let span = Boundary::start_with(
            SpanName(&self.origin),
            SpanKind::Consumer,
            &self.parent(),
            once_with(|| self.link()).flatten(),
            || self.attributes(),
        );
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
            let producer = self.caller.span().clone();
            return self.caller.around().with_remote_span_context(producer);
        }
        Context::map_current(|batch| {
            let batch = baggage::carry(self.caller.around(), batch);
            if propagation::decides_against(self.caller.around(), self.caller.span()) {
                unrecorded(batch)
            } else {
                batch
            }
        })
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let origin = &self.origin;
        let mut attributes = Vec::with_capacity(9);
        attributes.extend([
            KeyValue::new(names::MESSAGING_SYSTEM, "kafka"),
            KeyValue::new(names::MESSAGING_OPERATION_NAME, "process"),
            KeyValue::new(names::MESSAGING_OPERATION_TYPE, "process"),
            KeyValue::new(names::MESSAGING_DESTINATION_NAME, Arc::clone(&origin.topic)),
            KeyValue::new(
                names::MESSAGING_CONSUMER_GROUP_NAME,
                Arc::clone(&origin.group),
            ),
            KeyValue::new(
                names::MESSAGING_DESTINATION_PARTITION_ID,
                Arc::clone(&origin.partition_id),
            ),
            KeyValue::new(names::MESSAGING_KAFKA_OFFSET, self.offset()),
        ]);
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

/// The name of a process span, copied when there is a span to be named.
struct SpanName<'o>(&'o Origin);

impl From<SpanName<'_>> for Cow<'static, str> {
    fn from(name: SpanName<'_>) -> Self {
        Cow::Owned(name.0.span_name.clone())
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
