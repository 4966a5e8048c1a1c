//! Fulfillment from the queue to the database: the real app, a broker in this process, a stub
//! inventory, a real SQLite file.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

mod crashes;
mod dead_letters;
mod faults;
mod groups;
mod http;
mod inventory;
mod letterbox;
mod orders;
mod outages;
mod postgres;
mod traces;
mod warehouse;
