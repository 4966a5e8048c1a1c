//! What pricing says about itself: its business span, events and log lines, all in one place.

use contracts::telemetry::metrics::QUOTE_CACHE_LOOKUPS;
use database::Retry;
use shared_telemetry::metrics::Counter;
use shared_telemetry::{baggage, current, error};
use tracing::Instrument;

use crate::quote::{Promotion, Quote, QuoteError};
use crate::quote_api::Failure;

/// The customer's tier, when the caller sent it along, as an attribute of the active span.
pub(crate) fn customer_tier() {
    if let Some(tier) = baggage::get("app.customer.tier") {
        current::set("app.customer.tier", tier);
    }
}

static CACHE_LOOKUPS: Counter = Counter::new(&QUOTE_CACHE_LOOKUPS);

pub(crate) fn cache_hit() {
    CACHE_LOOKUPS.add(1, &[("app.cache.outcome", "hit".into())]);
}

pub(crate) fn cache_miss(sku: &str) {
    CACHE_LOOKUPS.add(1, &[("app.cache.outcome", "miss".into())]);
    tracing::info!(name: "cache.miss", { app.item.sku = sku }, "article is not in the quote cache");
}

/// Runs `find` in the span `apply_promotion`, which tells what came of it.
pub(crate) async fn apply_promotion(
    find: impl Future<Output = Result<Promotion, Failure>>,
) -> Result<Promotion, Failure> {
    async {
        let found = find.await;
        match &found {
            Ok(promotion) => {
                let percent = i64::from(promotion.percent);
                tracing::info!(name: "discount.applied", percent, "discount applied");
            }
            Err(Failure::Refused(cause)) => error::record(cause),
            Err(Failure::Store(cause)) => error::record(cause),
        }
        found
    }
    .instrument(tracing::info_span!("apply_promotion"))
    .await
}

/// The database failed in a way that another try may cure.
pub(crate) fn retried(retry: Retry, error: &sqlx::Error) {
    let attempt = i64::try_from(retry.attempt).unwrap_or(i64::MAX);
    let delay_ms = i64::try_from(retry.delay.as_millis()).unwrap_or(i64::MAX);
    let reason = error::chain(error);
    tracing::warn!(name: "retry", { attempt, delay_ms, reason }, "the database is asked again");
}

pub(crate) fn quoted(quote: &Quote) {
    let quantity = i64::from(quote.quantity);
    tracing::info!(app.item.sku = quote.sku, app.quantity = quantity, "quoted");
}

pub(crate) fn not_quoted(reason: &QuoteError) {
    tracing::info!(reason = %reason, "not quoted");
}

pub(crate) fn listed(items: usize) {
    tracing::info!(app.items = items, "articles listed");
}
