//! Receives OTLP, keeps a bounded number of traces in memory, and answers questions about them.
//!
//! A library without an environment of its own: the program that embeds it parses the settings,
//! and drives it with three calls.
//!
//! ```no_run
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! use trace_viewer::{Address, Limits, Settings, Viewer};
//!
//! let viewer = Viewer::build(Settings {
//!     query: Address::or_a_free_port("127.0.0.1:16686".parse()?),
//!     otlp_http: Address::or_a_free_port("127.0.0.1:4318".parse()?),
//!     otlp_grpc: Address::or_a_free_port("127.0.0.1:4317".parse()?),
//!     limits: Limits::default(),
//!     meanings: Vec::new(),
//!     readers: Vec::new(),
//! })?;
//! println!("traces: http://{}", viewer.addresses().query);
//! viewer.run(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod api;
mod listener;
mod model;
mod otlp;
mod page;
mod settings;
mod store;
mod viewer;

pub use settings::{Address, Limits, Settings};
pub use viewer::{Addresses, BuildError, Viewer};
