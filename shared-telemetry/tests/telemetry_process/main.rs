//! A whole program: `Telemetry::start`, some work, `stop`, seen from outside.
//!
//! Each test runs this test binary once more as a process of its own (see [`child`]), with an
//! environment of its own, against an OTLP collector inside the test.

mod child;
mod collector;
mod delivery;
mod disabled;
mod limits;
mod logs;
mod metrics;
mod queue;
mod relay;
mod settings;
mod stopping;
