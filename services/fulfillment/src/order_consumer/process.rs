//! One order from its message to its row.

use contracts::{DecodeError, Fault, Faults, OrderCreated, fault};
use serving::Shutdown;
use shared_telemetry::kafka::Message;
use shared_telemetry::{baggage, current};

use super::put_aside::Cause;
use super::step::{Delivery, Stopped};
use crate::dead_letter_publisher::{DeadLetterPublisher, first_sent_by, is_replay};
use crate::inventory_client::InventoryClient;
use crate::order::{self, DeadLetter, Order, OrderState, Outcome};
use crate::order_store::OrderStore;
use crate::telemetry;

/// Sees orders to their end.
pub(crate) struct OrderProcessor<S> {
    pub(crate) store: S,
    pub(crate) inventory: InventoryClient,
    pub(crate) dead_letters: DeadLetterPublisher,
    pub(crate) faults: Faults,
    pub(crate) shutdown: Shutdown,
}

/// A delivery that came to nothing: the message is to be delivered again.
#[derive(Debug)]
pub(super) struct Undone {
    /// How often inventory was asked, in all deliveries so far.
    pub(super) attempts: u32,
    /// Nobody else would fare better at the moment.
    pub(super) away: bool,
}

/// What is on a process span that failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unprocessed {
    /// To be delivered again.
    #[error(transparent)]
    Undone(#[from] Stopped),
    /// It is a dead letter now.
    #[error(transparent)]
    PutAside(#[from] Cause),
}

/// A message in hand, with what is known of its way so far.
pub(super) struct InHand<'m, 'c> {
    pub(super) message: &'m Message<'c>,
    pub(super) delivery: Delivery<'m>,
    /// Deliveries before this one, which came to nothing.
    pub(super) earlier: u32,
    /// How often inventory was asked for it, in earlier deliveries too.
    pub(super) attempts: u32,
}

impl<S: OrderStore> OrderProcessor<S> {
    /// Returns when nothing is left to do for this message. `earlier` deliveries of it came to
    /// nothing, and in them inventory was asked `attempts` times.
    pub(super) async fn process(
        &self,
        message: &Message<'_>,
        earlier: u32,
        attempts: u32,
    ) -> Result<(), Undone> {
        let mut hand = InHand {
            message,
            delivery: Delivery::begin(&self.shutdown),
            earlier,
            attempts,
        };
        let work = async {
            telemetry::delivered(earlier + 1);
            self.fulfill(&mut hand).await
        };
        match message.process(work).await {
            // A dead letter is done; its span has the error.
            Ok(()) | Err(Unprocessed::PutAside(_)) => Ok(()),
            Err(Unprocessed::Undone(stopped)) => Err(Undone {
                attempts: hand.attempts,
                away: !matches!(stopped, Stopped::Interrupted),
            }),
        }
    }

    async fn fulfill(&self, hand: &mut InHand<'_, '_>) -> Result<(), Unprocessed> {
        let order = match read(hand.message) {
            Ok(order) => order,
            Err(error) => return self.put_aside(hand, None, Cause::NoOrder(error)).await,
        };
        telemetry::order_received(&order);
        if let Err(error) = order::check(&order) {
            return self
                .put_aside(hand, Some(&order), Cause::Impossible(error))
                .await;
        }
        let found = hand.delivery.step(|| self.store.find(&order.order_id));
        match found.await {
            Ok(Some(known)) if !self.begins_anew(hand, &known).await? => {
                return self.ended_before(hand, known).await;
            }
            Ok(_) => {}
            Err(stopped) => return self.stopped(hand, None, stopped).await,
        }
        if self.faults.asked(Fault::FulfillmentPoison) {
            return self.put_aside(hand, Some(&order), Cause::Fault).await;
        }
        self.fulfill_new(hand, &order).await
    }

    async fn fulfill_new(
        &self,
        hand: &mut InHand<'_, '_>,
        order: &OrderCreated,
    ) -> Result<(), Unprocessed> {
        // Each delivery of a replay has it, also one behind a delivery that has begun it.
        let anew = is_replay(hand.message);
        let attempts = &mut hand.attempts;
        let reserved = hand.delivery.step(|| {
            *attempts = attempts.saturating_add(1);
            self.inventory.reserve(order, anew)
        });
        let outcome = match reserved.await {
            Ok(outcome) => outcome,
            Err(stopped) => return self.stopped(hand, Some(order), stopped).await,
        };
        self.crash_if_asked(hand, order).await?;
        let record = hand.ended(order, outcome, None);
        match hand.delivery.step(|| self.store.record(&record)).await {
            Ok(true) => telemetry::order_fulfilled(&record),
            // Another message of the same order was quicker.
            Ok(false) => telemetry::order_already_fulfilled(&record.id, record.outcome.state),
            Err(stopped) => return self.stopped(hand, Some(order), stopped).await,
        }
        Ok(())
    }

    /// An order that had ended when its message came: again, or again after a stop in between.
    async fn ended_before(
        &self,
        hand: &mut InHand<'_, '_>,
        known: Order,
    ) -> Result<(), Unprocessed> {
        if known.dead_letter == Some(DeadLetter::Due) {
            return self.go_on_putting_aside(hand, &known).await;
        }
        telemetry::order_already_fulfilled(&known.id, known.outcome.state);
        Ok(())
    }

    /// Whether the message is the replay of a dead letter, whose order is to be tried once more.
    async fn begins_anew(&self, hand: &InHand<'_, '_>, known: &Order) -> Result<bool, Unprocessed> {
        if !is_replay(hand.message) || known.outcome.state != OrderState::Failed {
            return Ok(false);
        }
        let forgotten = hand.delivery.step(|| self.store.forget_failed(&known.id));
        let forgotten = forgotten.await?;
        if forgotten {
            telemetry::order_begins_anew(&known.id);
        }
        Ok(forgotten)
    }

    /// What a step that did not work means for its order.
    async fn stopped(
        &self,
        hand: &mut InHand<'_, '_>,
        order: Option<&OrderCreated>,
        stopped: Stopped,
    ) -> Result<(), Unprocessed> {
        match stopped {
            Stopped::TooLong { attempts, source } => {
                let Some(order) = order.filter(|_| hand.earlier > 0) else {
                    return Err(Stopped::TooLong { attempts, source }.into());
                };
                // Each try of two deliveries has taken too long. Whether inventory hangs or only
                // this order does is told by the release, which writes what a reservation
                // writes, and is due anyway when the order is given up.
                if self.inventory.release(&order.order_id).await.is_err() {
                    return Err(Stopped::Away(source).into());
                }
                let cause = Cause::GivenUp { attempts, source };
                self.put_aside(hand, Some(order), cause).await
            }
            Stopped::GivenUp { attempts, source } => {
                let cause = Cause::GivenUp { attempts, source };
                self.put_aside(hand, order, cause).await
            }
            undone => Err(undone.into()),
        }
    }

    /// Ends the process as a crash does, without a word to anybody, once for each order.
    async fn crash_if_asked(
        &self,
        hand: &InHand<'_, '_>,
        order: &OrderCreated,
    ) -> Result<(), Unprocessed> {
        if baggage::get(fault::BAGGAGE_KEY).is_none() {
            return Ok(());
        }
        let crash = hand.delivery.step(|| self.store.crash(&order.order_id));
        if let Some(crash) = crash.await? {
            telemetry::after_a_crash(&order.order_id, crash.trace_id.as_deref());
        } else if self.faults.asked(Fault::FulfillmentCrash) {
            let trace = current::trace_id().map(|id| id.to_string());
            let note = || self.store.note_crash(&order.order_id, trace.as_deref());
            hand.delivery.step(note).await?;
            std::process::abort();
        }
        Ok(())
    }
}

impl InHand<'_, '_> {
    /// The order as it is recorded.
    pub(super) fn ended(
        &self,
        order: &OrderCreated,
        outcome: Outcome,
        dead_letter: Option<DeadLetter>,
    ) -> Order {
        let producer = first_sent_by(self.message);
        Order {
            id: order.order_id.clone(),
            outcome,
            checkout_trace_id: producer.map(|producer| producer.trace_id.to_string()),
            fulfillment_trace_id: current::trace_id().map(|id| id.to_string()),
            attempts: self.attempts,
            dead_letter,
        }
    }
}

fn read(message: &Message<'_>) -> Result<OrderCreated, DecodeError> {
    OrderCreated::decode(message.payload().ok_or(DecodeError::Absent)?)
}
