//! Names of Kafka topics and consumer groups.

/// Orders that the gateway has acknowledged, keyed by order id.
pub const ORDER_CREATED: &str = "order.created";

/// Messages of [`ORDER_CREATED`] that can never be processed, with their headers and the error.
pub const ORDER_CREATED_DLQ: &str = "order.created.dlq";

/// A topic that every broker refuses, for [`crate::Fault::GatewayBrokerRejects`]: Kafka allows
/// no `/` in a name.
pub const REFUSED: &str = "order.created/refused";

/// What [`ORDER_CREATED_DLQ`] adds to a message's own headers. Those of the trace context are
/// written anew: a dead letter belongs to the trace that gave the message up, and its
/// [`ORIGINAL_TRACEPARENT`](dead_letter::ORIGINAL_TRACEPARENT) leads to the one that sent it.
pub mod dead_letter {
    /// Why, in one sentence.
    pub const ERROR: &str = "error";
    /// How often its work was tried; 0 when there was nothing to try.
    pub const ATTEMPTS: &str = "attempts";
    /// Where the message was.
    pub const ORIGINAL_TOPIC: &str = "original.topic";
    /// Its partition there.
    pub const ORIGINAL_PARTITION: &str = "original.partition";
    /// Its offset there.
    pub const ORIGINAL_OFFSET: &str = "original.offset";
    /// The `traceparent` of the span that sent it first, if it came with one. A replay takes it
    /// along: the order belongs to its checkout, however often it is sent again.
    pub const ORIGINAL_TRACEPARENT: &str = "original.traceparent";
    /// The length of its value in bytes, when the value was too long to be taken along.
    pub const LEFT_OUT: &str = "original.value_bytes";
    /// On a message of [`ORDER_CREATED`](super::ORDER_CREATED) that was a dead letter: somebody
    /// wants it tried once more, though it is known to have failed. Any value; `tracectl` writes
    /// the letter's partition and offset.
    pub const REPLAYED: &str = "replayed";

    /// All of them.
    pub const ALL: [&str; 8] = [
        ERROR,
        ATTEMPTS,
        ORIGINAL_TOPIC,
        ORIGINAL_PARTITION,
        ORIGINAL_OFFSET,
        ORIGINAL_TRACEPARENT,
        LEFT_OUT,
        REPLAYED,
    ];
}

/// The consumer group of fulfillment.
pub const FULFILLMENT_GROUP: &str = "fulfillment";
