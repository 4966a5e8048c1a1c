//! The Kafka boundary: librdkafka against its own mock broker, over real sockets.

#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

mod broker;
mod consumer;
mod crossing;
mod fate;
mod group;
mod links;
mod producer;
mod redelivery;
mod relation;
#[path = "../support/root.rs"]
mod root;
