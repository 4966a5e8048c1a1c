//! Puts aside a message that can't be processed: on the dead-letter topic, with its headers and
//! its error.

use std::time::Duration;

use contracts::topics::{self, dead_letter};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::FutureProducer;
use shared_telemetry::kafka::{Message, Outgoing, Producer, ProducerSpan};
use shared_telemetry::redact;

/// The producer writes these anew: the dead letter belongs to the trace that gave it up.
const TRACE_HEADERS: [&str; 9] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
];

/// More than a broker takes by default, so that the broker decides.
const MAX_BYTES: &str = "4194304";

/// An error is told up to here, in characters.
const TOLD: usize = 1000;

type Header<'h> = (&'h str, &'h [u8]);

/// Publishes dead letters. Cheap to clone.
#[derive(Clone)]
pub(crate) struct DeadLetterPublisher {
    producer: Producer,
}

impl DeadLetterPublisher {
    /// A publisher. Needs no broker yet.
    pub(crate) fn new(brokers: &str) -> Result<Self, KafkaError> {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("client.id", "fulfillment")
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("reconnect.backoff.max.ms", "1000")
            // The caller tries again.
            .set("message.timeout.ms", "5000")
            .set("message.max.bytes", MAX_BYTES)
            .set("linger.ms", "0")
            .create()?;
        Ok(Self {
            producer: Producer::new(producer),
        })
    }

    /// Returns when the broker has the dead letter. One that is too long goes without its value
    /// and its own headers: its topic, partition and offset tell where they still are.
    ///
    /// # Errors
    /// The broker has not acknowledged it.
    pub(crate) async fn publish(
        &self,
        message: &Message<'_>,
        cause: &str,
        attempts: u32,
    ) -> Result<(), KafkaError> {
        // It may repeat what it did not like.
        let error: String = redact::text(cause).chars().take(TOLD).collect();
        let attempts = attempts.to_string();
        let partition = message.partition().to_string();
        let offset = message.offset().to_string();
        let payload = message.payload().unwrap_or_default();
        let traceparent = kept(message).or_else(|| last(message, "traceparent"));
        let mut added: Vec<Header<'_>> = vec![
            (dead_letter::ERROR, error.as_bytes()),
            (dead_letter::ATTEMPTS, attempts.as_bytes()),
            (dead_letter::ORIGINAL_TOPIC, message.topic().as_bytes()),
            (dead_letter::ORIGINAL_PARTITION, partition.as_bytes()),
            (dead_letter::ORIGINAL_OFFSET, offset.as_bytes()),
        ];
        added.extend(traceparent.map(|value| (dead_letter::ORIGINAL_TRACEPARENT, value)));
        let own = message.headers().filter(|(name, _)| is_the_messages(name));
        let mut headers: Vec<Header<'_>> = own
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect();
        headers.extend(&added);
        match self.send(message, payload, &headers).await {
            Err(error) if is_too_long(&error) => {
                let length = payload.len().to_string();
                added.push((dead_letter::LEFT_OUT, length.as_bytes()));
                self.send(message, &[], &added).await
            }
            sent => sent,
        }
    }

    async fn send(
        &self,
        message: &Message<'_>,
        payload: &[u8],
        headers: &[Header<'_>],
    ) -> Result<(), KafkaError> {
        let record = Outgoing {
            topic: topics::ORDER_CREATED_DLQ,
            key: message.key().unwrap_or_default(),
            payload,
            headers,
            message_id: None,
        };
        self.producer.send(record, Duration::ZERO).await?;
        Ok(())
    }
}

/// Whether the message is the replay of a dead letter.
pub(crate) fn is_replay(message: &Message<'_>) -> bool {
    let mut headers = message.headers();
    headers.any(|(name, _)| name.eq_ignore_ascii_case(dead_letter::REPLAYED))
}

/// The span that sent the message first: for a replay the one of the checkout.
pub(crate) fn first_sent_by(message: &Message<'_>) -> Option<ProducerSpan> {
    let kept = kept(message).and_then(ProducerSpan::from_traceparent);
    kept.or_else(|| message.producer())
}

/// The `traceparent` that a replay has kept, beside its own.
fn kept<'m>(message: &'m Message<'_>) -> Option<&'m [u8]> {
    let original = || last(message, dead_letter::ORIGINAL_TRACEPARENT);
    is_replay(message).then(original).flatten()
}

/// Neither the trace's nor an earlier dead letter's.
fn is_the_messages(name: &str) -> bool {
    let mut others = TRACE_HEADERS.iter().chain(&dead_letter::ALL);
    !others.any(|other| name.eq_ignore_ascii_case(other))
}

/// The value that counts of a repeated header.
fn last<'m>(message: &'m Message<'_>, wanted: &str) -> Option<&'m [u8]> {
    let headers = message.headers();
    let values = headers.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    values.last().and_then(|(_, value)| value)
}

fn is_too_long(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge)
}
