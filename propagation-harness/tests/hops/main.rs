//! Every boundary, hop by hop.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod dead_letter;
mod grpc;
mod http;
mod kafka;
mod kafka_again;
mod log_lines;
mod shop;
mod sql;
mod tasks;
mod topics;
