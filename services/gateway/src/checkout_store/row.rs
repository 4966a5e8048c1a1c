//! A checkout as it is stored.

use std::time::{Duration, SystemTime};

use contracts::OrderCreated;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared_telemetry::{SpanId, TraceId};
use uuid::Uuid;

use super::pools::{StoreError, Value, milliseconds};
use super::{Claim, Kept, Known};
use crate::checkout::Quote;
use crate::idempotency::{Seen, Stage};
use crate::telemetry::Origin;

/// order_id, cart_hash, stage, holder, held_until_ms, payload, sums, refusal_status, refusal,
/// trace_id, span_id, created_at_ms
pub(super) type Row = (
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
);

/// A row, as somebody with that cart sees it at that time.
pub(super) fn known(
    row: Row,
    claim: &Claim,
    now: SystemTime,
    lease: Duration,
) -> Result<Known, StoreError> {
    let (order_id, cart_hash, stage, holder, held_until, payload, sums, status, refusal, ..) = row;
    let (trace_id, span_id, created_at) = (row.9, row.10, row.11);
    // By a clock that was set back since, a hold of somebody who is gone would last for hours. No
    // honest one ends later than a lease from now, and another one's clock may differ by as much.
    let latest = milliseconds(now + lease * 2);
    let now = milliseconds(now);
    let stage = Stage::by_name(&stage).ok_or_else(|| unreadable(format!("stage {stage:?}")))?;
    let result = match (payload, sums, status, refusal) {
        (Some(payload), Some(sums), ..) => Some(Kept::Order(
            Box::new(OrderCreated::decode(payload.as_bytes()).map_err(unreadable)?),
            from_json::<Quote>(&sums)?,
        )),
        (None, _, Some(status), Some(detail)) => Some(Kept::Refusal {
            status: u16::try_from(status).map_err(unreadable)?,
            detail,
        }),
        _ => None,
    };
    // A clock that was set back makes no row older.
    let age = u64::try_from(now.saturating_sub(created_at)).unwrap_or(0);
    Ok(Known {
        order_id: Uuid::try_parse(&order_id).map_err(unreadable)?,
        seen: Seen {
            stage,
            same_cart: cart_hash == claim.cart_hash,
            age: Duration::from_millis(age),
            held: held_until > now && held_until <= latest,
        },
        result,
        origin: origin(trace_id, span_id),
        holder,
    })
}

fn unreadable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unreadable(why.into())
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(unreadable)
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and integers always serialise")
}

/// Trace id and span id for their columns.
pub(super) fn ids(origin: Option<Origin>) -> (Value, Value) {
    let (trace_id, span_id) = origin
        .map(|origin| (origin.trace_id.to_string(), origin.span_id.to_string()))
        .unzip();
    (Value::Text(trace_id), Value::Text(span_id))
}

fn origin(trace_id: Option<String>, span_id: Option<String>) -> Option<Origin> {
    Some(Origin {
        trace_id: TraceId::from_hex(&trace_id?).ok()?,
        span_id: SpanId::from_hex(&span_id?).ok()?,
    })
}
