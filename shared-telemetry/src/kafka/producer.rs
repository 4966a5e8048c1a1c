//! The PRODUCER side.

use std::time::Duration;

use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::ProducerSpan;
use super::record_headers::NewRecordHeaders;
use crate::boundary::Boundary;
use crate::{names, propagation};

/// A [`FutureProducer`] whose records carry the context in their headers. Cheap to clone.
#[derive(Clone)]
pub struct Producer {
    inner: FutureProducer,
}

/// A record to send. Trace headers are added by [`Producer::send`]; do not copy old ones.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The topic.
    pub topic: &'a str,
    /// Records of one key stay in order.
    pub key: &'a [u8],
    /// The record's value.
    pub payload: &'a [u8],
    /// Headers of the application.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// `messaging.message.id`, when the application has one.
    pub message_id: Option<&'a str>,
}

/// Where the broker has put a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// The partition.
    pub partition: i32,
    /// The record's offset in it.
    pub offset: i64,
}

impl Producer {
    /// Wraps a producer with its acknowledgements and time-outs as they are set.
    #[must_use]
    pub fn new(inner: FutureProducer) -> Self {
        Self { inner }
    }

    /// The producer itself, for metadata and statistics.
    pub fn inner(&self) -> &FutureProducer {
        &self.inner
    }

    /// Sends a record and waits for the broker's acknowledgement, in a PRODUCER span named
    /// `send {topic}`. `queue_timeout` bounds the wait for a place in a full local queue; the
    /// time for the delivery itself is librdkafka's `message.timeout.ms`.
    ///
    /// # Errors
    /// librdkafka's. A time-out is no proof that the record was not written: the broker may
    /// have heard it, and only its answer was lost.
    pub async fn send(
        &self,
        record: Outgoing<'_>,
        queue_timeout: Duration,
    ) -> Result<Delivery, KafkaError> {
        self.send_linked(record, &[], queue_timeout).await
    }

    /// [`Producer::send`] with a PRODUCER span that links to earlier ones: for a record that is
    /// sent because another one was, long ago and by somebody else. A dead letter that is sent
    /// again is neither a child of the span that gave it up nor of the one that sent it first:
    /// both have ended, and nobody there waits. But whoever finds the new record must find them,
    /// and a backend that follows links backwards leads from them to this one.
    ///
    /// Links go along when the span starts, where a sampler sees them. A link is no context:
    /// what the record carries is still the id of its own span, and the baggage that is active.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send_linked(
        &self,
        record: Outgoing<'_>,
        links: &[ProducerSpan],
        queue_timeout: Duration,
    ) -> Result<Delivery, KafkaError> {
        let span = Boundary::start(
            format!("send {}", record.topic),
            SpanKind::Producer,
            &Context::current(),
            links.iter().map(|span| span.link()),
        );
        span.record(|| attributes(&record));
        let headers = OwnedHeaders::new_with_capacity(record.headers.len() + 3);
        let headers = record
            .headers
            .iter()
            .fold(headers, |headers, (key, value)| {
                headers.insert(Header {
                    key,
                    value: Some(*value),
                })
            });
        let mut headers = NewRecordHeaders(headers);
        propagation::inject(span.context(), &mut headers);

        let outgoing = FutureRecord::to(record.topic)
            .key(record.key)
            .payload(record.payload)
            .headers(headers.0);
        let sent = span.during(self.inner.send(outgoing, queue_timeout)).await;
        match sent {
            Ok(delivery) => {
                span.record(|| {
                    [
                        // A string by convention: partitions have names in other systems.
                        KeyValue::new(
                            names::MESSAGING_DESTINATION_PARTITION_ID,
                            delivery.partition.to_string(),
                        ),
                        KeyValue::new(names::MESSAGING_KAFKA_OFFSET, delivery.offset),
                    ]
                });
                Ok(Delivery {
                    partition: delivery.partition,
                    offset: delivery.offset,
                })
            }
            Err((error, _record)) => {
                span.fail_with(super::error_type(&error), &error);
                Err(error)
            }
        }
    }
}

fn attributes(record: &Outgoing<'_>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new(names::MESSAGING_SYSTEM, "kafka"),
        KeyValue::new(names::MESSAGING_OPERATION_NAME, "send"),
        KeyValue::new(names::MESSAGING_OPERATION_TYPE, "send"),
        KeyValue::new(names::MESSAGING_DESTINATION_NAME, record.topic.to_owned()),
    ];
    if let Some(id) = record.message_id {
        attributes.push(KeyValue::new(names::MESSAGING_MESSAGE_ID, id.to_owned()));
    }
    if let Ok(key) = std::str::from_utf8(record.key) {
        attributes.push(KeyValue::new(
            names::MESSAGING_KAFKA_MESSAGE_KEY,
            key.to_owned(),
        ));
    }
    attributes
}
