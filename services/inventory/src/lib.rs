//! Inventory: reserves the stock of an order, whole or not at all, and gives it back once.
#![warn(missing_docs)]

// In the order in which a reservation meets them.
pub mod config;

pub mod app;

mod reservation_api;

mod stock_api;

pub mod stock;

pub mod stock_store;

mod telemetry;

pub use app::App;
