//! One order from its message to its row.

use std::error::Error;

use contracts::{DecodeError, OrderCreated};
use serving::Shutdown;
use shared_telemetry::current;
use shared_telemetry::kafka::Message;

use crate::dead_letter_publisher::DeadLetterPublisher;
use crate::inventory_client::InventoryClient;
use crate::order::{Order, retry_delay};
use crate::order_store::OrderStore;
use crate::telemetry;

/// Sees orders to their end.
pub(crate) struct OrderProcessor<S> {
    pub(crate) store: S,
    pub(crate) inventory: InventoryClient,
    pub(crate) dead_letters: DeadLetterPublisher,
    pub(crate) shutdown: Shutdown,
}

/// The process was asked to stop before the order had ended.
#[derive(Debug, thiserror::Error)]
#[error("stopped before the order was done: it will be delivered again")]
pub(crate) struct Interrupted;

/// Why a message did not become an order, on its process span.
#[derive(Debug, thiserror::Error)]
enum Unprocessed {
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error(transparent)]
    Poison(DecodeError),
}

impl<S: OrderStore> OrderProcessor<S> {
    /// Returns when nothing is left to do for this message.
    pub(super) async fn process(&self, message: &Message<'_>) -> Result<(), Interrupted> {
        match message.process(self.fulfill(message)).await {
            // A dead letter is done; its span has the error.
            Ok(()) | Err(Unprocessed::Poison(_)) => Ok(()),
            Err(Unprocessed::Interrupted(interrupted)) => Err(interrupted),
        }
    }

    async fn fulfill(&self, message: &Message<'_>) -> Result<(), Unprocessed> {
        let order = match OrderCreated::decode(message.payload().unwrap_or_default()) {
            Ok(order) => order,
            Err(error) => {
                self.until_done(|| self.dead_letters.publish(message, &error))
                    .await?;
                telemetry::put_aside(message.partition(), message.offset(), &error);
                return Err(Unprocessed::Poison(error));
            }
        };
        telemetry::order_received(&order);
        if let Some(known) = self.until_done(|| self.store.find(&order.order_id)).await? {
            telemetry::order_already_fulfilled(&known.id, known.outcome.state);
            return Ok(());
        }
        let outcome = self.until_done(|| self.inventory.reserve(&order)).await?;
        let record = Order {
            id: order.order_id,
            outcome,
            checkout_trace_id: message
                .producer()
                .map(|producer| producer.trace_id.to_string()),
            fulfillment_trace_id: current::trace_id().map(|id| id.to_string()),
        };
        self.until_done(|| self.store.record(&record)).await?;
        telemetry::order_fulfilled(&record.id, &record.outcome);
        Ok(())
    }

    /// Tries until it works, or until the process must stop. Whoever waits behind this order
    /// would meet the same trouble.
    async fn until_done<T, E, F>(&self, mut work: impl FnMut() -> F) -> Result<T, Interrupted>
    where
        E: Error,
        F: Future<Output = Result<T, E>>,
    {
        let mut attempt = 0;
        loop {
            let error = match work().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            attempt += 1;
            let delay = retry_delay(attempt);
            telemetry::retry(attempt, delay, &error);
            tokio::select! {
                biased;
                () = self.shutdown.requested() => return Err(Interrupted),
                () = tokio::time::sleep(delay) => {}
            }
        }
    }
}
