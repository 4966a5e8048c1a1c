//! A broker that cannot be reached: told once for each kind of error.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::telemetry;

/// Errors wait in one queue with messages and with what the group has decided. librdkafka paces
/// how fast they come; whoever took his time for each would still be at the outage's errors long
/// after it is over, and be no member of the group meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// What has gone wrong since the last message.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    told: Vec<Option<RDKafkaErrorCode>>,
}

impl Trouble {
    /// Tells of the first error of a kind; the answer is how long to wait.
    pub(super) fn met(&mut self, error: &KafkaError) -> Duration {
        let kind = error.rdkafka_error_code();
        if !self.told.contains(&kind) {
            self.told.push(kind);
            telemetry::broker_trouble(error);
        }
        PAUSE
    }

    /// A message has come.
    pub(super) fn over(&mut self) {
        if !self.told.is_empty() {
            telemetry::broker_recovered();
        }
        *self = Self::default();
    }
}
