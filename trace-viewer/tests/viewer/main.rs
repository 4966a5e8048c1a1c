//! The whole viewer over real sockets: OTLP in, the JSON API out.
// Clippy excuses test functions, and not the helpers beside them.
#![allow(clippy::unwrap_used)]

mod api;
mod dictionary;
mod harness;
mod limits;
mod links;
mod logs;
mod map;
mod odd_traces;
mod otlp_file;
mod otlp_grpc;
mod otlp_http;
mod otlp_json;
mod page;
mod readers;
mod refusals;
mod search;
mod start;
