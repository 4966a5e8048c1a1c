//! HTTP: a SERVER span by a tower layer for axum, a CLIENT span around reqwest.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "HTTP spans".

mod answer;
mod carrier;
mod client;
mod route;
mod server;
mod url;

pub(crate) use carrier::HeaderCarrier;
pub(crate) use carrier::HeaderCarrierMut;
pub use client::Client;
pub use server::{ServerFuture, ServerLayer, ServerService};
