//! What a customer may know about an order.

use serde::{Deserialize, Serialize};

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The broker has it, fulfillment has not finished with it.
    Accepted,
    /// Its stock is reserved.
    Reserved,
    /// A line exceeded the stock.
    OutOfStock,
    /// It can never be reserved.
    Failed,
}

/// An order with the traces that tell its story, as hexadecimal ids.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Order {
    /// How far it is.
    pub state: OrderState,
    /// Why it is not reserved, for people.
    pub reason: Option<String>,
    /// The trace in which the customer placed it; `None` when it was not traced.
    pub checkout_trace_id: Option<String>,
    /// The trace in which it was fulfilled; `None` until then.
    pub fulfillment_trace_id: Option<String>,
}
