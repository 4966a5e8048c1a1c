//! The gateway as its callers see it: the real app, a stub pricing, a broker in this process.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

mod bad_input;
mod browser_spans;
mod checkout;
mod failures;
mod fraud;
mod fraud_stand_in;
mod hang_ups;
mod idempotency;
mod neighbours;
mod orders;
mod postgresql;
mod shop;
mod storefront;
mod traces;
