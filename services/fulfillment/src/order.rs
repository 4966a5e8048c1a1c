//! The rules of fulfillment: how an order can end, and which order can't be one.

mod plausible;

use std::str::FromStr;

pub use plausible::{ImpossibleOrder, check};

/// How an order has ended. All states are final, but that a failed order whose dead letter is
/// replayed begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// Its stock is reserved.
    Reserved,
    /// A line exceeded the stock.
    OutOfStock,
    /// It can't be reserved, and its stock is given back.
    Failed,
}

/// What has become of the dead letter of a failed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetter {
    /// The stock may still be reserved, and the dead letter may not be with the broker.
    Due,
    /// Both are done.
    Sent,
}

/// A stored word that stands for nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of an order or of a dead letter")]
pub struct UnknownState(String);

/// What is recorded of an order, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// UUID, as the gateway made it.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The trace in which it was placed; `None` when its message named none.
    pub checkout_trace_id: Option<String>,
    /// The trace in which it was fulfilled; `None` when it was not traced.
    pub fulfillment_trace_id: Option<String>,
    /// How often inventory was asked for it, in all deliveries since the process has started.
    pub attempts: u32,
    /// Only of failed orders, and not of all: those that inventory refuses for good have none.
    pub dead_letter: Option<DeadLetter>,
}

/// A final state, with inventory's reason unless it is [`OrderState::Reserved`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub state: OrderState,
    /// Why it is not reserved, for people.
    pub reason: Option<String>,
}

impl OrderState {
    /// As it is stored and answered.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::OutOfStock => "out_of_stock",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for OrderState {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        let known = [Self::Reserved, Self::OutOfStock, Self::Failed];
        let known = known.into_iter().find(|state| state.name() == name);
        known.ok_or_else(|| UnknownState(name.to_owned()))
    }
}

impl DeadLetter {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
        }
    }
}

impl FromStr for DeadLetter {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        let known = [Self::Due, Self::Sent];
        let known = known.into_iter().find(|state| state.name() == name);
        known.ok_or_else(|| UnknownState(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_the_database() {
        for state in [
            OrderState::Reserved,
            OrderState::OutOfStock,
            OrderState::Failed,
        ] {
            assert_eq!(state.name().parse(), Ok(state));
        }
        for letter in [DeadLetter::Due, DeadLetter::Sent] {
            assert_eq!(letter.name().parse(), Ok(letter));
        }
        let unknown = "paid".parse::<OrderState>().unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "\"paid\" is no state of an order or of a dead letter"
        );
    }
}
