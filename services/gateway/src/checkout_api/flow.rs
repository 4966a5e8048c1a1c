//! A checkout, step by step: quote, fraud, publish.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use contracts::{OrderCreated, order_created};
use futures_util::future::try_join_all;
use shared_telemetry::task;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::error::CheckoutError;
use super::wire::Asked;
use crate::checkout::{Cart, Quote, Tier};
use crate::checkout_store::CheckoutStore;
use crate::fraud::{self, Assessment};
use crate::fraud_client::FraudClient;
use crate::idempotency::Key;
use crate::order_publisher::OrderPublisher;
use crate::pricing_client::{PricingClient, QuoteError};
use crate::telemetry::{self, Origin, Progress};

/// So many checkouts are worked at at once. A customer who hangs up does not end theirs, so the
/// number of connections is no bound.
const AT_ONCE: u32 = 1024;

/// How long checkouts whose customers have hung up may take once the process was asked to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// How often old rows are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);

/// Where checkouts are handled. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(super) pricing: PricingClient,
    /// Without it the local rule scores.
    pub(super) fraud: Option<FraudClient>,
    pub(super) publisher: OrderPublisher,
    pub(super) store: CheckoutStore,
    pub(super) patience: Patience,
    working: Arc<Semaphore>,
}

/// How long a checkout under a key may take others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// A second request waits so long for the first one.
    pub(crate) wait: Duration,
    /// After so long the first one is taken for dead.
    pub(crate) lease: Duration,
}

/// What came of a checkout.
pub(super) enum Settled {
    Accepted(Accepted),
    /// The no that the customer was told before.
    RefusedBefore {
        status: u16,
        detail: String,
    },
}

/// An order that the broker has acknowledged.
pub(super) struct Accepted {
    pub(super) order: Box<OrderCreated>,
    pub(super) sums: Quote,
    /// Where the customer was, or is, answered.
    pub(super) origin: Option<Origin>,
    /// The customer was told before.
    pub(super) before: bool,
}

impl Desk {
    pub(crate) fn new(
        pricing: PricingClient,
        fraud: Option<FraudClient>,
        publisher: OrderPublisher,
        store: CheckoutStore,
        patience: Patience,
    ) -> Self {
        Self {
            pricing,
            fraud,
            publisher,
            store,
            patience,
            working: Arc::new(Semaphore::new(AT_ONCE as usize)),
        }
    }

    /// Works in a task of its own, under the same trace: a customer who hangs up may have
    /// ordered, and half a checkout would be neither done nor undone.
    pub(super) async fn checkout(
        &self,
        asked: Asked,
        key: Option<Key>,
    ) -> Result<Settled, CheckoutError> {
        let permit = Arc::clone(&self.working).try_acquire_owned();
        let permit = permit.map_err(|_| CheckoutError::Busy)?;
        let desk = self.clone();
        let work = task::spawn(async move {
            let _permit = permit;
            let settled = match key {
                Some(key) => desk.under_key(asked, &key).await,
                None => desk.without_key(&asked.cart).await.map(Settled::Accepted),
            };
            telemetry::count(outcome(&settled));
            settled
        });
        match work.await {
            Ok(settled) => settled,
            Err(ended) => match ended.try_into_panic() {
                // As if it had happened here.
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(CheckoutError::Busy),
            },
        }
    }

    async fn without_key(&self, cart: &Cart) -> Result<Accepted, CheckoutError> {
        let (order_id, origin) = (Uuid::now_v7(), Origin::current());
        telemetry::business_checkout(cart, async |progress: &mut Progress| {
            let (order, sums) = self.price(cart, order_id, progress).await?;
            progress.step("publish");
            self.publisher.publish(&order).await?;
            // The broker's word is the promise. Without this row the order is only unknown to
            // us until fulfillment has heard of it: no reason to refuse it now.
            let remembered = self.store.remember(order_id, origin, SystemTime::now());
            if let Err(error) = remembered.await {
                telemetry::not_remembered(&error);
            }
            telemetry::accepted(&order, &sums);
            Ok(Accepted {
                order: Box::new(order),
                sums,
                origin,
                before: false,
            })
        })
        .await
    }

    /// The order as it would be sent.
    pub(super) async fn price(
        &self,
        cart: &Cart,
        order_id: Uuid,
        progress: &mut Progress,
    ) -> Result<(OrderCreated, Quote), CheckoutError> {
        progress.step("quote");
        let quotes = self.quote(cart).await?;
        let sums = Quote::sum(&quotes)?;
        progress.quoted(&sums);

        progress.step("fraud");
        let quantities = cart.lines().iter().map(|line| line.quantity());
        let largest = quantities.max().unwrap_or(0);
        let tier = cart.customer.tier;
        telemetry::score_fraud(self.assess(tier, sums.total_cents, largest)).await?;

        let order = order_created(order_id, cart, &quotes, sums.total_cents);
        progress.ordered(&order);
        Ok((order, sums))
    }

    /// All lines at once; the first failure drops the questions that are still open.
    async fn quote(&self, cart: &Cart) -> Result<Vec<Quote>, QuoteError> {
        let ask = |line| self.pricing.quote(line, cart.currency, cart.coupon());
        try_join_all(cart.lines().iter().map(ask)).await
    }

    /// By fraud where there is one, else and when it fails by the local rule: a score is worth less
    /// than an order.
    async fn assess(&self, tier: Tier, total_cents: u64, largest_quantity: u32) -> Assessment {
        if let Some(fraud) = &self.fraud {
            match fraud.assess(tier, total_cents, largest_quantity).await {
                Ok(assessment) => return assessment,
                Err(error) => telemetry::scored_locally(&error),
            }
        }
        fraud::assess(tier, total_cents, largest_quantity)
    }

    /// Removes old rows now and then, for as long as it is polled.
    pub(crate) async fn sweep(&self) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            telemetry::swept(&self.store.sweep(SystemTime::now()).await);
        }
    }

    /// Ends what customers who hung up have begun, and lets go of the database.
    pub(crate) async fn close(&self) {
        let idle = self.working.acquire_many(AT_ONCE);
        if tokio::time::timeout(DRAIN_LIMIT, idle).await.is_err() {
            telemetry::left_undone();
        }
        self.store.close().await;
    }
}

fn outcome(settled: &Result<Settled, CheckoutError>) -> &'static str {
    match settled {
        Ok(Settled::Accepted(Accepted { before: false, .. })) => "accepted",
        Ok(_) => "replayed",
        Err(error) => error.outcome(),
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
