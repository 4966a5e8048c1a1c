//! HTTP: a SERVER span by a tower layer for axum, a CLIENT span around reqwest.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "HTTP spans".

mod answer;
mod carrier;
mod client;
mod describe;
mod edge;
mod known;
mod route;
mod server;
mod trust;
mod url;

pub use carrier::{HeaderCarrier, HeaderCarrierMut};
pub use client::Client;
pub use edge::Edge;
pub use server::{ServerFuture, ServerLayer, ServerService};
pub use trust::{InvalidSecret, Proof, Trust, TrustKind, UnknownTrust};
