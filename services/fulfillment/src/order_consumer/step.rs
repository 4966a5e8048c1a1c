//! One step of an order, tried a few times.

use std::error::Error;

use rdkafka::error::KafkaError;
use serving::Shutdown;
use tokio::time::Instant;

use crate::inventory_client::NoAnswer;
use crate::order_store::StoreError;
use crate::patience::{Blame, DELIVERY, MAX_ATTEMPTS, retry_delay};
use crate::telemetry;

/// A neighbour did not do its part of a step.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Inventory(#[from] NoAnswer),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the broker has not acknowledged the dead letter")]
    DeadLetter(#[from] KafkaError),
}

/// How a step ended that did not work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    /// The process was asked to stop.
    #[error("stopped before the order was done: it will be delivered again")]
    Interrupted,
    /// Somebody is away: the step would not work with any other order either.
    #[error("given back, to be delivered again: {0}")]
    Away(#[source] StepError),
    /// It took too long each time.
    #[error("given back, to be delivered again: {source}")]
    TooLong { attempts: u32, source: StepError },
    /// Everybody is there, and it does not work with this order.
    #[error("given up after {attempts} attempts: {source}")]
    GivenUp { attempts: u32, source: StepError },
}

impl StepError {
    fn blame(&self) -> Blame {
        match self {
            Self::Inventory(error) => error.blame,
            Self::Store(error) if error.is_about_the_order() => Blame::Order,
            Self::Store(_) | Self::DeadLetter(_) => Blame::Neighbour,
        }
    }
}

/// The time of one delivery.
pub(super) struct Delivery<'p> {
    shutdown: &'p Shutdown,
    begun: Instant,
}

impl<'p> Delivery<'p> {
    pub(super) fn begin(shutdown: &'p Shutdown) -> Self {
        let begun = Instant::now();
        Self { shutdown, begun }
    }

    /// Tries until it works, [`MAX_ATTEMPTS`] times, as long as the delivery lasts, or until the
    /// process must stop.
    ///
    /// # Errors
    /// It is the order's fault only if it was so at each try: an inventory that is just going
    /// down breaks off calls with the oddest words.
    pub(super) async fn step<T, E, F>(&self, mut work: impl FnMut() -> F) -> Result<T, Stopped>
    where
        E: Error,
        StepError: From<E>,
        F: Future<Output = Result<T, E>>,
    {
        let mut attempts = 0;
        let mut blame = Blame::Order;
        loop {
            let source = match work().await {
                Ok(done) => return Ok(done),
                Err(error) => StepError::from(error),
            };
            attempts += 1;
            blame = blame.max(source.blame());
            if attempts == MAX_ATTEMPTS || self.begun.elapsed() >= DELIVERY {
                return Err(match blame {
                    Blame::Order => Stopped::GivenUp { attempts, source },
                    Blame::Unclear => Stopped::TooLong { attempts, source },
                    Blame::Neighbour => Stopped::Away(source),
                });
            }
            let delay = retry_delay(attempts);
            telemetry::retry(attempts, delay, &source);
            tokio::select! {
                biased;
                () = self.shutdown.requested() => return Err(Stopped::Interrupted),
                () = tokio::time::sleep(delay) => {}
            }
        }
    }
}
