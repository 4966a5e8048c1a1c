//! What crosses a wire between the services: the inventory protocol, the `order.created` event,
//! the topic names and the faults that may be asked for. No logic lives here, so that nobody must
//! read it to know the rules.
#![warn(missing_docs)]

pub mod fault;
pub mod order_created;
pub mod telemetry;
pub mod topics;

/// The inventory protocol, generated from `proto/inventory.proto`.
pub mod inventory {
    #![allow(missing_docs, unreachable_pub, clippy::all, clippy::too_many_lines)]
    tonic::include_proto!("inventory.v1");
}

pub use fault::{Fault, Faults};
pub use order_created::{Customer, DecodeError, Line, OrderCreated};
