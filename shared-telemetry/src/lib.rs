//! One telemetry crate for every service of a system: traces and logs that stay connected across
//! HTTP, gRPC, Kafka, SQL and tasks.
//!
//! # The idea
//!
//! A trace breaks at boundaries: where a request leaves a process, where a message waits in a
//! queue, where work moves to another task. So this crate has one module for each boundary, and
//! each module decides everything about its boundary in one place: the span's name, kind,
//! attributes and status, what is propagated, and what is left out.
//!
//! | boundary | module | spans |
//! |---|---|---|
//! | HTTP | [`http`] | SERVER by a tower layer, CLIENT around reqwest |
//! | gRPC | [`grpc`] | SERVER and CLIENT by tower layers for tonic |
//! | Kafka | [`kafka`] | PRODUCER until the broker's acknowledgement, CONSUMER with links |
//! | SQL | [`sql`] | CLIENT around a sqlx query |
//! | tasks, threads | [`task`] | none: the context is carried over |
//!
//! What happens *between* boundaries is the application's own story, and is told with plain
//! [`tracing`] macros:
//!
//! ```
//! let span = tracing::info_span!("apply_promotion", app.promotion.id = "spring");
//! span.in_scope(|| {
//!     // An event with a `name:` is a span event and a log line.
//!     tracing::info!(name: "discount.applied", percent = 10, "discount applied");
//!     // An event without one is a log line. Both carry the trace id by themselves.
//!     tracing::info!("quoted");
//! });
//! ```
//!
//! # Start and stop
//!
//! ```no_run
//! use std::time::Duration;
//! use shared_telemetry::{Service, Telemetry};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::start(Service::new("pricing", env!("CARGO_PKG_VERSION"), "shop"))?;
//! // … the program …
//! telemetry.stop(Duration::from_secs(5))?; // Nothing that ended is lost.
//! # Ok(())
//! # }
//! ```
//!
//! Everything else is the standard `OTEL_*` environment, see [`config`].
//!
//! # The decision comes first
//!
//! A boundary asks the sampler before it builds a single attribute, and an unsampled request
//! disables the `tracing` spans inside it. What is not recorded costs almost nothing.
#![warn(missing_docs)]

pub mod baggage;
pub mod config;
pub mod current;
pub mod error;
pub mod grpc;
pub mod http;
pub mod kafka;
pub mod metrics;
pub mod names;
#[cfg(feature = "otlp")]
pub mod otlp;
pub mod propagation;
pub mod redact;
pub mod relay;
pub mod resource;
pub mod sampling;
pub mod sql;
pub mod task;
#[cfg(feature = "testing")]
pub mod testing;

mod boundary;
mod distinct;
mod export;
mod lifecycle;
mod limits;
mod semconv_opt_in;
mod subscriber;
mod token_bucket;
mod tracer;

pub use lifecycle::{Service, StartError, StopError, Telemetry};
pub use opentelemetry::{SpanId, TraceId, Value};

/// The instrumentation scope of everything that this crate records.
const SCOPE: &str = env!("CARGO_PKG_NAME");

/// The code blocks of the README are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
