//! What is remembered of messages that were given back, until they are done.

use std::collections::HashMap;

use shared_telemetry::kafka::Message;

/// Partition and offset.
type Place = (i32, i64);

/// Far more than partitions times the messages that are in hand at once. Beyond that messages
/// have been taken to another member of the group, and nobody will tell how they ended.
const REMEMBERED: usize = 10_000;

/// How a message has fared so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Earlier {
    /// Deliveries that came to nothing.
    pub(super) deliveries: u32,
    /// How often inventory was asked in them.
    pub(super) attempts: u32,
}

#[derive(Debug, Default)]
pub(super) struct Redeliveries(HashMap<Place, Earlier>);

impl Redeliveries {
    pub(super) fn earlier(&self, message: &Message<'_>) -> Earlier {
        self.0.get(&place(message)).copied().unwrap_or_default()
    }

    /// One more delivery came to nothing; the answer is how many those are now.
    pub(super) fn undone(&mut self, message: &Message<'_>, attempts: u32) -> u32 {
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        let earlier = self.0.entry(place(message)).or_default();
        earlier.deliveries = earlier.deliveries.saturating_add(1);
        earlier.attempts = attempts;
        earlier.deliveries
    }

    pub(super) fn done(&mut self, message: &Message<'_>) {
        self.0.remove(&place(message));
    }
}

fn place(message: &Message<'_>) -> Place {
    (message.partition(), message.offset())
}
