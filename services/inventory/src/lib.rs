//! Inventory: reserves the stock of an order, whole or not at all, and gives it back once.
#![warn(missing_docs)]

// In the order in which a reservation meets them.
pub mod config;

pub mod app;

mod fault;

mod reservation_api;

mod stock_api;

mod stock_levels;

pub mod stock;

pub mod stock_store;

mod telemetry;

pub use app::App;
