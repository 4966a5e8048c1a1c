//! The gRPC boundary: tonic's server and client over real sockets.

mod failures;
mod gone;
mod health;
#[path = "../support/root.rs"]
mod root;
mod spans;
