//! What inventory says about itself: its business span and log lines, all in one place.

use contracts::telemetry::metrics::STOCK_AVAILABLE;
use database::Retry;
use shared_telemetry::metrics;
use shared_telemetry::{baggage, current, error};
use tracing::{Instrument, info_span};

use crate::stock::{Reservation, Reserved, echo};
use crate::stock_levels::StockLevels;
use crate::stock_store::ReserveError;

/// Runs `work` in the span `reserve_inventory`. A reservation that fails fails the span: to the
/// order it is a failure, though the answer to the caller may be a good one.
pub(crate) async fn reserve_inventory(
    reservation: &Reservation,
    work: impl Future<Output = Result<Reserved, ReserveError>>,
) -> Result<Reserved, ReserveError> {
    let order_id = reservation.order_id();
    let lines = i64::try_from(reservation.lines().count()).unwrap_or(i64::MAX);
    let span = info_span!(
        "reserve_inventory",
        app.order.id = order_id,
        app.lines = lines
    );
    async {
        if let Some(tier) = baggage::get("app.customer.tier") {
            current::set("app.customer.tier", tier);
        }
        let outcome = work.await;
        match &outcome {
            Ok(Reserved::Now) => tracing::info!(app.order.id = order_id, "stock reserved"),
            Ok(Reserved::Before) => {
                tracing::info!(app.order.id = order_id, "stock was reserved before");
            }
            Err(ReserveError::Refused(refusal)) => {
                error::record(refusal);
                tracing::info!(app.order.id = order_id, reason = %refusal, "stock not reserved");
            }
            Err(ReserveError::Store(cause)) => {
                error::record(cause);
                tracing::error!(app.order.id = order_id, reason = %cause, "stock not reserved");
            }
        }
        outcome
    }
    .instrument(span)
    .await
}

/// The database failed in a way that another try may cure.
pub(crate) fn retried(retry: Retry, error: &sqlx::Error) {
    let attempt = i64::try_from(retry.attempt).unwrap_or(i64::MAX);
    let delay_ms = i64::try_from(retry.delay.as_millis()).unwrap_or(i64::MAX);
    let reason = error::chain(error);
    tracing::warn!(name: "retry", { attempt, delay_ms, reason }, "the database is asked again");
}

/// Tells the stock by metrics, as `levels` has it.
pub(crate) fn stock_available(levels: StockLevels) {
    metrics::gauge(&STOCK_AVAILABLE, move |observe| {
        for (sku, available) in levels.last_read() {
            observe(available, &[("app.item.sku", sku.into())]);
        }
    });
}

pub(crate) fn released(order_id: &str, released: bool) {
    tracing::info!(app.order.id = echo(order_id), released, "release asked for");
}

pub(crate) fn checked(missing: usize) {
    tracing::info!(missing_lines = missing, "availability checked");
}

pub(crate) fn stock_read(sku: &str) {
    tracing::info!(app.item.sku = sku, "stock read");
}

/// A call that came to nothing before or beside the rules.
pub(crate) fn refused(reason: &dyn std::error::Error) {
    tracing::info!(reason = %reason, "call refused");
}
