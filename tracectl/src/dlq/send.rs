//! Sends a dead letter to its topic once more.

use std::time::Duration;

use contracts::topics::{ORDER_CREATED, dead_letter};
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::FutureProducer;
use shared_telemetry::kafka::{Delivery, Outgoing, Producer};

use super::Unread;
use super::letter::Letter;
use crate::config::DlqPlace;

/// As much as a dead letter can be long.
const MAX_BYTES: &str = "4194304";

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotSent {
    #[error("its value was left out of the letter because it is too long, and can't be sent")]
    NoValue,
    #[error(
        "the broker has not acknowledged it, so it may be there or not (a second replay does no \
         harm): {0}"
    )]
    NoWord(#[source] KafkaError),
}

pub(super) struct Sender {
    producer: Producer,
}

impl Sender {
    pub(super) fn new(place: &DlqPlace) -> Result<Self, Unread> {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", &place.brokers)
            .set("client.id", "tracectl")
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("message.max.bytes", MAX_BYTES)
            .set(
                "message.timeout.ms",
                place.timeout.as_millis().max(1).to_string(),
            )
            .set("linger.ms", "0")
            .create()
            .map_err(Unread::Client)?;
        Ok(Self {
            producer: Producer::new(producer),
        })
    }

    /// Returns when the broker has it. Its PRODUCER span links to the span that put the letter
    /// aside and to the one that sent the message first. Headers of the letter stay behind,
    /// but for the one that names who sent it first: the order belongs to that trace, however
    /// often it is replayed. The baggage stays behind too: it was of a request that is over, and
    /// a fault that was asked for in it must not come again.
    pub(super) async fn send(&self, letter: &Letter) -> Result<Delivery, NotSent> {
        if letter.has_no_value() {
            return Err(NotSent::NoValue);
        }
        let mut headers: Vec<(&str, &[u8])> = letter.own_headers().collect();
        let place = letter.place();
        headers.push((dead_letter::REPLAYED, place.as_bytes()));
        let original = dead_letter::ORIGINAL_TRACEPARENT;
        headers.extend(letter.header(original).map(|value| (original, value)));
        let record = Outgoing {
            topic: ORDER_CREATED,
            key: &letter.key,
            payload: &letter.payload,
            headers: &headers,
            message_id: None,
        };
        let links: Vec<_> = [letter.put_aside_by, letter.first_sent_by()]
            .into_iter()
            .flatten()
            .collect();
        let sent = self.producer.send_linked(record, &links, Duration::ZERO);
        sent.await.map_err(NotSent::NoWord)
    }
}
