//! Gateway: takes a checkout, has it quoted and scored, and promises it once the broker has it.
#![warn(missing_docs)]

// In the order in which a checkout meets them.
pub mod config;

pub mod app;

mod checkout_api;

pub mod checkout;

pub mod idempotency;

mod checkout_store;

mod pricing_client;

pub mod fraud;

mod fraud_client;

mod order_publisher;

mod order_api;

pub mod order;

mod fulfillment_client;

mod item_api;

mod stock_api;

mod inventory_client;

mod upstream_client;

mod storefront_api;

mod browser_spans_api;

mod telemetry;

pub use app::App;
