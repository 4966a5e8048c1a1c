//! Kafka: a PRODUCER span until the broker's acknowledgement, CONSUMER spans that link to it.
//!
//! The producer does not wait for the consumer, and a consumer takes messages of many producers
//! at once. So the default relation is a *link*: the consumer's spans are a trace of their own,
//! and each points at the span that sent the message. A parent would draw one tall waterfall in
//! which hours of waiting look like work, and a batch of fifty messages has fifty producers but
//! could have only one parent. [`Relation::Parent`] exists for comparison.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "Messaging spans" and "Kafka".

mod consumer;
mod message;
mod offsets;
mod origin;
mod pauses;
mod producer;
mod producer_span;
mod record_headers;
mod relation;

pub use consumer::{Batch, BatchConsumer, BatchSettings};
pub use message::Message;
pub use producer::{Delivery, Outgoing, Producer};
pub use producer_span::ProducerSpan;
pub use relation::{Relation, UnknownRelation};

use rdkafka::error::KafkaError;

/// `error.type` of a Kafka error: librdkafka's name of the code, `MessageTimedOut`.
fn error_type(error: &KafkaError) -> String {
    error
        .rdkafka_error_code()
        .map_or_else(|| "_OTHER".to_owned(), |code| format!("{code:?}"))
}
