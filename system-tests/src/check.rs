//! What the checks of a whole system share, whatever it runs on: customers, the programs that are ours, a report.

mod orders;
mod report;
mod shop;
mod verify;

pub mod command;
pub mod http;
pub mod programs;

pub use orders::Customers;
pub use report::{Report, STAND_IN, Said};
pub use shop::{Promise, Shop};
pub use verify::{checks, failed, passed, verify};
