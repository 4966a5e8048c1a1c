//! The rules of fulfillment: how an order can end, and how long to wait before the next try.

use std::str::FromStr;
use std::time::Duration;

/// How an order has ended. All states are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// Its stock is reserved.
    Reserved,
    /// A line exceeded the stock.
    OutOfStock,
    /// It can never be reserved.
    Failed,
}

/// A stored word that is no state.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of an order")]
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

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// How long to wait after try number `attempt`, counted from 1, has failed: 100 ms, doubled each
/// time, 5 s at most.
#[must_use]
pub fn retry_delay(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    FIRST_DELAY
        .saturating_mul(1 << doublings)
        .min(LONGEST_DELAY)
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
        let unknown = "paid".parse::<OrderState>().unwrap_err();
        assert_eq!(unknown.to_string(), "\"paid\" is no state of an order");
    }

    #[test]
    fn a_retry_waits_twice_as_long_each_time_up_to_five_seconds() {
        let delays = [1, 2, 3, 6, 7, 8, u32::MAX].map(|attempt| retry_delay(attempt).as_millis());
        assert_eq!(delays, [100, 200, 400, 3200, 5000, 5000, 5000]);
    }
}
