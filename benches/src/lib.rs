//! What is measured: one small service, bare, with our telemetry, and with every peer's.
//!
//! | module | what it is |
//! |---|---|
//! | [`service`] | the service and its requests |
//! | [`bare`] | nothing around it |
//! | [`ours`] | `shared-telemetry` |
//! | [`peers`] | what one would use instead, each in a module of its own |
//! | [`grpc`], [`sql`], [`kafka`] | a call, a statement, a message of each |
//!
//! How it is measured is in `cost/` (instructions) and `network/` (processor time).

pub mod bare;
pub mod collector;
pub mod gate;
pub mod grpc;
pub mod kafka;
pub mod log;
pub mod macros;
pub mod ours;
pub mod page;
#[cfg(feature = "peers")]
pub mod peers;
pub mod profile;
pub mod service;
pub mod sql;
pub mod system;

use std::future::Future;

use tokio::runtime::Builder;

/// Runs `work` on this thread, so that all that a program itself does is on the thread of `main`.
///
/// # Panics
/// Where the system has no thread to give.
pub fn block_on<F: Future>(work: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread to run on").block_on(work)
}
