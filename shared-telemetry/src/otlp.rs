//! The OTLP messages and gRPC stubs, for programs that receive telemetry.
//!
//! Generated from [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto). They
//! are re-exported here so that a receiver need not name an OpenTelemetry crate itself.

pub use opentelemetry_proto::tonic as proto;
