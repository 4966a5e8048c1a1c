//! Names of Kafka topics and consumer groups.

/// Orders that the gateway has acknowledged, keyed by order id.
pub const ORDER_CREATED: &str = "order.created";

/// Messages of [`ORDER_CREATED`] that can never be processed, with their headers and the error.
pub const ORDER_CREATED_DLQ: &str = "order.created.dlq";

/// The consumer group of fulfillment.
pub const FULFILLMENT_GROUP: &str = "fulfillment";
