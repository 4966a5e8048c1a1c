//! A log record that belongs to a trace.

use std::{mem::size_of, sync::Arc};

use super::{
    ALLOCATION, Attributes, SpanId, Value,
    pool::{Resource, unshared_bytes},
};

pub(crate) struct Log {
    /// Nanoseconds since the Unix epoch: when it happened or, where unknown, when it was observed.
    pub(crate) time: u64,
    pub(crate) severity: Arc<str>,
    pub(crate) span: Option<SpanId>,
    pub(crate) body: Value,
    pub(crate) attributes: Attributes,
    pub(crate) event_name: Arc<str>,
    pub(crate) resource: Arc<Resource>,
}

impl Log {
    /// What keeping this record costs, shared parts not included.
    pub(crate) fn bytes(&self) -> usize {
        // The list of a trace's logs grows by doubling, and holds a pointer to each.
        size_of::<Self>()
            + 2 * ALLOCATION
            + unshared_bytes(&self.severity)
            + unshared_bytes(&self.event_name)
            + self.body.heap_bytes()
            + self.attributes.heap_bytes()
    }
}
