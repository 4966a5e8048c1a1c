//! Puts aside a message that can never be processed: on the dead-letter topic, with its headers
//! and its error.

use std::error::Error;
use std::time::Duration;

use contracts::topics;
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::FutureProducer;
use shared_telemetry::kafka::{Message, Outgoing, Producer};

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
            // The caller tries again.
            .set("message.timeout.ms", "5000")
            .set("linger.ms", "0")
            .create()?;
        Ok(Self {
            producer: Producer::new(producer),
        })
    }

    /// Returns when the broker has the dead letter.
    pub(crate) async fn publish(
        &self,
        message: &Message<'_>,
        cause: &(dyn Error + Send + Sync),
    ) -> Result<(), KafkaError> {
        let error = cause.to_string();
        let (partition, offset) = (
            message.partition().to_string(),
            message.offset().to_string(),
        );
        let is_trace = |name: &str| {
            TRACE_HEADERS
                .iter()
                .any(|one| name.eq_ignore_ascii_case(one))
        };
        let mut headers: Vec<(&str, &[u8])> = message
            .headers()
            .filter(|(name, _)| !is_trace(name))
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect();
        headers.push(("error", error.as_bytes()));
        headers.push(("original.topic", message.topic().as_bytes()));
        headers.push(("original.partition", partition.as_bytes()));
        headers.push(("original.offset", offset.as_bytes()));
        let record = Outgoing {
            topic: topics::ORDER_CREATED_DLQ,
            key: message.key().unwrap_or_default(),
            payload: message.payload().unwrap_or_default(),
            headers: &headers,
            message_id: None,
        };
        self.producer.send(record, Duration::ZERO).await?;
        Ok(())
    }
}
