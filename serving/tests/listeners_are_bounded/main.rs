//! Listeners are bounded: nobody holds a connection for ever, nobody keeps others out, and a stop
//! loses no request.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod crowds;
mod http2;
mod listener;
mod slow;
mod stops;
