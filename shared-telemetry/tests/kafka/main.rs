//! The Kafka boundary: librdkafka against its own mock broker, over real sockets.

mod broker;
mod consumer;
mod crossing;
mod producer;
mod relation;
#[path = "../support/root.rs"]
mod root;
