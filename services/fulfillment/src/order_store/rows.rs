//! Rows of both databases, and what they stand for.

use std::time::SystemTime;

use crate::order::{DeadLetter, Order, Outcome};

/// As `SELECT_ORDER` names them: state, reason, both trace ids, attempts, dead letter.
pub(super) type Row = (
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
);

/// # Errors
/// The row holds a word that nobody wrote there.
pub(super) fn order(id: &str, row: Row) -> Result<Order, sqlx::Error> {
    let unreadable = |error| sqlx::Error::Decode(Box::new(error));
    let (state, reason, checkout_trace_id, fulfillment_trace_id, attempts, dead_letter) = row;
    let state = state.parse().map_err(unreadable)?;
    let dead_letter = dead_letter.map(|word| word.parse::<DeadLetter>());
    Ok(Order {
        id: id.to_owned(),
        outcome: Outcome { state, reason },
        checkout_trace_id,
        fulfillment_trace_id,
        attempts: u32::try_from(attempts).unwrap_or(0),
        dead_letter: dead_letter.transpose().map_err(unreadable)?,
    })
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> i64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
