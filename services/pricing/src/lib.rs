//! Pricing: quotes a line of a cart, in integer cents, promotions deducted.
#![warn(missing_docs)]

// In the order in which a quote meets them.
pub mod config;

pub mod app;

mod fault;

mod quote_api;

pub mod quote;

mod quote_cache;

pub mod quote_store;

mod telemetry;

pub use app::App;
