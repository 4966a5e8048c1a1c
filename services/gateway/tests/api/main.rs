//! The gateway as its callers see it: the real app, a stub pricing, a broker in this process.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

mod bad_input;
mod checkout;
mod failures;
mod neighbours;
mod orders;
mod shop;
mod traces;
