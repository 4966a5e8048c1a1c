//! A checkout, step by step: quote, fraud, publish.

use std::sync::Arc;
use std::time::SystemTime;

use contracts::{OrderCreated, order_created};
use futures_util::future::try_join_all;
use shared_telemetry::current;
use uuid::Uuid;

use crate::checkout::{Cart, CartError, Quote};
use crate::fraud;
use crate::order_publisher::{NotAcknowledged, OrderPublisher};
use crate::order_store::RecentOrders;
use crate::pricing_client::{PricingClient, QuoteError};
use crate::telemetry::{self, Progress};
use crate::upstream_client::UpstreamError;

/// Where checkouts are handled.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) pricing: PricingClient,
    pub(crate) publisher: OrderPublisher,
    pub(crate) recent: Arc<RecentOrders>,
}

/// An order that the broker has acknowledged.
pub(super) struct Accepted {
    pub(super) order: OrderCreated,
    pub(super) sum: Quote,
}

/// Why a checkout did not become an order.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckoutError {
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Fraud(#[from] fraud::Refused),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error(transparent)]
    NotAcknowledged(#[from] NotAcknowledged),
}

impl From<QuoteError> for CheckoutError {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::Refused(refused) => Self::Cart(refused),
            QuoteError::Upstream(error) => Self::Upstream(error),
        }
    }
}

impl Desk {
    pub(super) async fn checkout(&self, cart: &Cart) -> Result<Accepted, CheckoutError> {
        telemetry::business_checkout(cart, async |progress: &mut Progress| {
            progress.step("quote");
            let quotes = self.quote(cart).await?;
            let sum = Quote::sum(&quotes)?;
            progress.quoted(&sum);

            progress.step("fraud");
            let largest = cart
                .lines()
                .iter()
                .map(|line| line.quantity())
                .max()
                .unwrap_or(0);
            let tier = cart.customer.tier;
            telemetry::score_fraud(|| fraud::assess(tier, sum.total_cents, largest))?;

            progress.step("publish");
            let id = Uuid::now_v7();
            let order = order_created(id, cart, &quotes, sum.total_cents);
            progress.ordered(&order);
            self.publisher.publish(&order).await?;
            self.recent
                .remember(id, current::trace_id().map(|id| id.to_string()));
            telemetry::accepted(&order, &sum);
            Ok(Accepted { order, sum })
        })
        .await
    }

    /// All lines at once; the first failure drops the questions that are still open.
    async fn quote(&self, cart: &Cart) -> Result<Vec<Quote>, QuoteError> {
        let ask = |line| self.pricing.quote(line, cart.currency, cart.coupon());
        try_join_all(cart.lines().iter().map(ask)).await
    }
}

fn order_created(id: Uuid, cart: &Cart, quotes: &[Quote], total_cents: u64) -> OrderCreated {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let lines = cart
        .lines()
        .iter()
        .zip(quotes)
        .map(|(line, quote)| order_created::Line {
            sku: line.sku().to_owned(),
            quantity: line.quantity(),
            total_cents: quote.total_cents,
        });
    OrderCreated {
        version: order_created::VERSION.to_owned(),
        order_id: id.to_string(),
        created_at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        customer: order_created::Customer {
            id: cart.customer.id().to_owned(),
            tier: cart.customer.tier.name().to_owned(),
        },
        currency: cart.currency.code().to_owned(),
        lines: lines.collect(),
        total_cents,
    }
}
