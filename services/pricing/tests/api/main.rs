//! Pricing as its callers see it: the real app, over HTTP.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

mod answers;
mod faults;
mod postgres;
mod support;
mod traces;
