//! Orders that are given up: recorded as failed, their stock given back, their message a dead
//! letter. A stop at any point in between is made up for when the message comes again.

use contracts::{DecodeError, Fault, OrderCreated};

use super::process::{InHand, OrderProcessor, Unprocessed};
use super::step::{StepError, Stopped};
use crate::order::{DeadLetter, ImpossibleOrder, Order, OrderState, Outcome};
use crate::order_store::OrderStore;
use crate::telemetry;

/// Why a message is put aside.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cause {
    #[error(transparent)]
    NoOrder(DecodeError),
    #[error("the order is impossible: {0}")]
    Impossible(#[source] ImpossibleOrder),
    #[error("given up after {attempts} attempts: {source}")]
    GivenUp { attempts: u32, source: StepError },
    #[error("the request asks for the fault {}", Fault::FulfillmentPoison.name())]
    Fault,
    /// It was put aside before, and that was interrupted.
    #[error("{0}")]
    Before(String),
}

impl Cause {
    /// For the customer: without what others said.
    fn reason(&self) -> String {
        match self {
            Self::GivenUp { attempts, source } => {
                let who = match source {
                    StepError::Inventory(_) => "the stock could not be reserved",
                    StepError::Store(_) | StepError::DeadLetter(_) => {
                        "the order could not be recorded"
                    }
                };
                format!("{who} in {attempts} attempts")
            }
            told => told.to_string(),
        }
    }

    /// A word for statistics.
    fn name(&self) -> &'static str {
        match self {
            Self::NoOrder(_) => "no_order",
            Self::Impossible(_) => "impossible_order",
            Self::GivenUp { .. } => "given_up",
            Self::Fault => "fault",
            Self::Before(_) => "interrupted",
        }
    }
}

impl<S: OrderStore> OrderProcessor<S> {
    /// Gives the order up. It is recorded first, as one whose dead letter is due: whatever is
    /// interrupted behind that is found there.
    pub(super) async fn put_aside(
        &self,
        hand: &mut InHand<'_, '_>,
        order: Option<&OrderCreated>,
        cause: Cause,
    ) -> Result<(), Unprocessed> {
        let Some(order) = order else {
            return self.send_aside(hand, cause).await;
        };
        let outcome = Outcome {
            state: OrderState::Failed,
            reason: Some(cause.reason()),
        };
        let failed = hand.ended(order, outcome, Some(DeadLetter::Due));
        match hand.delivery.step(|| self.store.record(&failed)).await {
            Ok(true) => {
                telemetry::order_fulfilled(&failed);
                self.settle(hand, &failed, cause).await
            }
            // Another message of the same order has decided on it: its stock is not ours to give.
            Ok(false) => self.send_aside(hand, cause).await,
            // What can't be recorded can still be given back and put aside.
            Err(Stopped::GivenUp { .. }) => self.settle(hand, &failed, cause).await,
            Err(undone) => Err(undone.into()),
        }
    }

    /// Takes up a failed order whose dead letter is due.
    pub(super) async fn go_on_putting_aside(
        &self,
        hand: &mut InHand<'_, '_>,
        failed: &Order,
    ) -> Result<(), Unprocessed> {
        // Whoever was interrupted may have asked for the stock.
        hand.attempts = hand.attempts.saturating_add(failed.attempts);
        let reason = failed.outcome.reason.clone().unwrap_or_default();
        self.settle(hand, failed, Cause::Before(reason)).await
    }

    async fn settle(
        &self,
        hand: &InHand<'_, '_>,
        failed: &Order,
        cause: Cause,
    ) -> Result<(), Unprocessed> {
        // Who was never asked has nothing to give back.
        if failed.attempts > 0 {
            let release = || self.inventory.release(&failed.id);
            hand.delivery.step(release).await?;
        }
        self.publish(hand, &cause).await?;
        let sent = || self.store.dead_letter_sent(&failed.id);
        match hand.delivery.step(sent).await {
            // Never recorded, so nothing says that it is due.
            Ok(()) | Err(Stopped::GivenUp { .. }) => {}
            Err(undone) => return Err(undone.into()),
        }
        telemetry::put_aside(hand.message, &cause, cause.name());
        Err(cause.into())
    }

    /// A message about which nothing is recorded.
    async fn send_aside(&self, hand: &InHand<'_, '_>, cause: Cause) -> Result<(), Unprocessed> {
        self.publish(hand, &cause).await?;
        telemetry::put_aside(hand.message, &cause, cause.name());
        Err(cause.into())
    }

    async fn publish(&self, hand: &InHand<'_, '_>, cause: &Cause) -> Result<(), Unprocessed> {
        let told = shared_telemetry::error::chain(cause);
        let (message, attempts) = (hand.message, hand.attempts);
        let publish = || self.dead_letters.publish(message, &told, attempts);
        Ok(hand.delivery.step(publish).await?)
    }
}
