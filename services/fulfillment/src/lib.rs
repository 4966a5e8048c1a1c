//! Fulfillment: takes orders from Kafka, has their stock reserved, and records them once.
#![warn(missing_docs)]

// In the order in which an order meets them.
pub mod config;

pub mod app;

mod order_consumer;

pub mod order;

mod patience;

mod dead_letter_publisher;

mod inventory_client;

pub mod order_store;

mod order_api;

mod lag_api;

mod telemetry;

pub use app::App;
