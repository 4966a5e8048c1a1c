//! A broker that cannot be reached: told once for each kind of error, tried on with patience.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::order::retry_delay;
use crate::telemetry;

/// What has gone wrong since the last message.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    told: Vec<Option<RDKafkaErrorCode>>,
    attempts: u32,
}

impl Trouble {
    /// Tells of the first error of a kind; the answer is how long to wait.
    pub(super) fn met(&mut self, error: &KafkaError) -> Duration {
        let kind = error.rdkafka_error_code();
        if !self.told.contains(&kind) {
            self.told.push(kind);
            telemetry::broker_trouble(error);
        }
        self.attempts = self.attempts.saturating_add(1);
        retry_delay(self.attempts)
    }

    /// A message has come.
    pub(super) fn over(&mut self) {
        if !self.told.is_empty() {
            telemetry::broker_recovered();
        }
        *self = Self::default();
    }
}
