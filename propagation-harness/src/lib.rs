//! Proves that the context crosses every boundary of the system, in one process, in seconds, and
//! says what broke where when it does not.
//!
//! ```text
//! broken: HTTP gateway → pricing
//!   expected  SERVER `GET /quote/{sku}` in trace 523e… with parent 0303… (CLIENT `GET`)
//!   seen      c2b6… is the root of another trace, 3583…
//!   cause     the client does not write the headers, …
//!   lesson    docs/propagation.md#http
//! ```
//!
//! The tests in `tests/hops` come in two kinds. `shop` places one order with the four services
//! as they are built for production. The others take one boundary of `shared_telemetry` alone,
//! with a caller that is sampled and one that is not.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.
#![warn(missing_docs)]

mod boundary;
mod caller;
mod judge;
mod observation;
mod picture;
mod shop;

pub use boundary::Boundary;
pub use caller::{Caller, Landing, TIER};
pub use observation::Observation;
pub use shop::{Answer, Shop};
