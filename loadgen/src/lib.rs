//! An open-loop load generator for the shop, itself the root of its traces.
//!
//! A closed loop asks again when it was answered, and so goes easy on a shop that is slow: its
//! percentiles then tell about the few requests that it sent. This one sends each request when it
//! is due, and measures from that moment.

mod closed_loop;
mod config;
mod draw;
mod drive;
mod launch;
mod mix;
mod open_loop;
mod order_book;
mod orders_file;
mod progress;
mod report;
mod run;
mod schedule;
mod shop_client;
mod shopper;
mod stop;
mod tally;
mod target;
mod verification;

use std::process::ExitCode;

use clap::Parser as _;

pub use config::Settings;
pub use draw::ARTICLES;
pub use drive::{Driven, drive};
pub use launch::LoadError;
pub use report::Report;
pub use stop::{Stop, StopTrigger};
pub use target::{Target, TargetError};

/// Runs what the arguments say. Exit codes: 0 it ran, 1 the target was not reached or a promise
/// was broken, 2 bad arguments.
#[must_use]
pub fn main() -> ExitCode {
    match launch::launch(&Settings::parse()) {
        Ok(report) => {
            for complaint in report.complaints() {
                eprintln!("loadgen: {complaint}");
            }
            ExitCode::from(u8::from(!report.is_good()))
        }
        Err(error) => {
            eprintln!("loadgen: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
