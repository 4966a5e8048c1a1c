//! What the system tests stand on: a running demo, its answers, its traces and its log lines.
//!
//! Every demo takes free ports and is stopped with its test, so that tests run side by side.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod broker;
pub mod canaries;
pub mod check;
pub mod collector;
mod customers;
mod demo;
mod emitted;
pub mod ledger;
mod load_check;
mod pair_check;
mod pairs;
pub mod program;
mod shop;
mod traces;
mod until;
mod verify;

pub use customers::Customers;
pub use demo::{Demo, DemoBuilder};
pub use emitted::Emitted;
pub use ledger::Ledger;
pub use load_check::{LoadCheck, Outcome};
pub use pair_check::PairCheck;
pub use pairs::{Later, Pairs};
pub use shop::{Answer, Order, cart};
pub use traces::{Span, Trace};
pub use until::until;
