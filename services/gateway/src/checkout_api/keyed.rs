//! A checkout under an `Idempotency-Key`: however often it is asked for, there is one order.
//!
//! The order is written down before it is sent. Whoever comes after a crash, or after a broker
//! whose word was lost, sends the same order again, and fulfillment knows it by its id.

use std::time::{Duration, Instant, SystemTime};

use contracts::OrderCreated;

use super::error::CheckoutError;
use super::flow::{Accepted, Desk, Settled};
use super::wire::Asked;
use crate::checkout::{Cart, Quote};
use crate::checkout_store::{Claim, Hold, Kept, Known, StoreError};
use crate::idempotency::{Key, Step};
use crate::telemetry::{self, Origin, Progress, turned_away};

/// The first pause between two looks at a checkout that another request works at; the next ones
/// are twice as long each.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

impl Desk {
    /// Begins, waits, goes on or answers as before, whichever it is this key's turn for.
    pub(super) async fn under_key(
        &self,
        asked: Asked,
        key: &Key,
    ) -> Result<Settled, CheckoutError> {
        let claim = Claim {
            key_hash: key.hash(),
            cart_hash: key.seal(&asked.fingerprint),
        };
        let deadline = Instant::now() + self.patience.wait;
        let mut pause = FIRST_PAUSE;
        let mut claimed = self.claim(&claim).await?;
        loop {
            if let Some(hold) = claimed {
                return self.begin(&asked.cart, hold).await;
            }
            let Some(known) = self.find_key(&claim).await? else {
                claimed = self.claim(&claim).await?;
                continue;
            };
            match known.seen.step() {
                Step::Replay => return replay(known),
                Step::AnotherCart => return Err(turned_away(CheckoutError::AnotherCart)),
                Step::Wait if Instant::now() >= deadline => {
                    return Err(turned_away(CheckoutError::InProgress));
                }
                Step::Wait => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Step::Forget => {
                    self.store.free_key(&claim, &known).await?;
                    claimed = self.claim(&claim).await?;
                }
                Step::TakeOver => claimed = self.take_over(&known).await?,
                Step::Resume => {
                    if let Some(hold) = self.take_over(&known).await? {
                        return self.resume(&asked.cart, hold, known).await;
                    }
                }
            }
        }
    }

    async fn claim(&self, claim: &Claim) -> Result<Option<Hold>, StoreError> {
        let lease = self.patience.lease;
        self.store.claim(claim, SystemTime::now(), lease).await
    }

    async fn find_key(&self, claim: &Claim) -> Result<Option<Known>, StoreError> {
        let lease = self.patience.lease;
        self.store.find_key(claim, SystemTime::now(), lease).await
    }

    async fn take_over(&self, known: &Known) -> Result<Option<Hold>, StoreError> {
        let lease = self.patience.lease;
        self.store.take_over(known, SystemTime::now(), lease).await
    }

    async fn begin(&self, cart: &Cart, hold: Hold) -> Result<Settled, CheckoutError> {
        let origin = Origin::current();
        let result = telemetry::business_checkout(cart, async |progress: &mut Progress| {
            let (order, sums) = self.price(cart, hold.order_id, progress).await?;
            progress.step("record");
            if !self.store.write(hold, &order, &sums, origin).await? {
                // It took us so long that another has begun again.
                return Err(CheckoutError::InProgress);
            }
            self.send(hold, Box::new(order), sums, origin, progress)
                .await
        })
        .await;
        self.settle(hold, result, origin).await
    }

    /// Sends an order that was written down and perhaps never heard of.
    async fn resume(
        &self,
        cart: &Cart,
        hold: Hold,
        known: Known,
    ) -> Result<Settled, CheckoutError> {
        let Some(Kept::Order(order, sums)) = known.result else {
            return Err(unreadable());
        };
        let origin = Origin::current();
        telemetry::resumed(known.order_id, known.origin);
        let result = telemetry::business_checkout(cart, async |progress: &mut Progress| {
            progress.quoted(&sums);
            progress.ordered(&order);
            self.send(hold, order, sums, origin, progress).await
        })
        .await;
        self.settle(hold, result, origin).await
    }

    async fn send(
        &self,
        hold: Hold,
        order: Box<OrderCreated>,
        sums: Quote,
        origin: Option<Origin>,
        progress: &mut Progress,
    ) -> Result<Accepted, CheckoutError> {
        progress.step("publish");
        self.publisher.publish(&order).await?;
        // Not written down, a retry sends the same order once more, which changes nothing.
        if let Err(error) = self.store.accept(hold.order_id, origin).await {
            telemetry::not_remembered(&error);
        }
        telemetry::accepted(&order, &sums);
        Ok(Accepted {
            order,
            sums,
            origin,
            before: false,
        })
    }

    /// A no is final and remembered; whatever may go better the next time is let go of.
    async fn settle(
        &self,
        hold: Hold,
        result: Result<Accepted, CheckoutError>,
        origin: Option<Origin>,
    ) -> Result<Settled, CheckoutError> {
        let stored = match &result {
            Ok(_) => Ok(()),
            Err(error) => match error.refusal() {
                Some((status, detail)) => {
                    self.store
                        .refuse(hold, status.as_u16(), &detail, origin)
                        .await
                }
                None => self.store.give_up(hold).await,
            },
        };
        if let Err(error) = stored {
            telemetry::not_remembered(&error);
        }
        result.map(Settled::Accepted)
    }
}

/// The answer of before, in a trace that links to where it was given.
fn replay(known: Known) -> Result<Settled, CheckoutError> {
    telemetry::replayed(known.order_id, known.origin);
    match known.result {
        Some(Kept::Order(order, sums)) => Ok(Settled::Accepted(Accepted {
            order,
            sums,
            origin: known.origin,
            before: true,
        })),
        Some(Kept::Refusal { status, detail }) => Ok(Settled::RefusedBefore { status, detail }),
        None => Err(unreadable()),
    }
}

fn unreadable() -> CheckoutError {
    StoreError::Unreadable("what was decided is missing".into()).into()
}
