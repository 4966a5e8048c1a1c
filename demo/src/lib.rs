//! The whole shop on one machine, without any other server and without a container.
//!
//! The demo starts the four services **as processes** (it runs itself again as `demo service
//! NAME`), so that every hop is a real socket and each process has its own Resource and its own
//! exporter, and so that `kill -9` of one of them is a lesson. It hosts what the services need:
//! a Kafka broker, a directory for their databases, and the trace viewer they export to.

mod announce;
mod app;
mod broker;
mod child;
mod config;
mod databases;
mod ports;
mod service;
mod supervisor;
mod variables;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

pub use broker::Broker;
use config::{Command, Options};

/// Runs the demo, or one service of it when so asked.
///
/// Exit codes: 0 stopped as asked, 1 could not start, 2 bad arguments or settings.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    match options.command {
        Some(Command::Service { name }) => service::main(name),
        None => app::main(options.demo),
    }
}
