//! A log record that belongs to a trace.

use std::{borrow::Cow, mem::size_of, sync::Arc};

use super::{
    ALLOCATION, Attributes, SpanId, Value,
    pool::{Resource, Scope, unshared_bytes},
};

pub(crate) struct Log {
    /// Nanoseconds since the Unix epoch, zero where unknown.
    pub(crate) happened: u64,
    /// Likewise.
    pub(crate) observed: u64,
    pub(crate) severity_number: i32,
    pub(crate) severity_text: Arc<str>,
    pub(crate) span: Option<SpanId>,
    pub(crate) body: Value,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
    pub(crate) flags: u32,
    pub(crate) event_name: Arc<str>,
    pub(crate) resource: Arc<Resource>,
    pub(crate) scope: Arc<Scope>,
}

/// Each stands for four severity numbers: INFO, INFO2, INFO3 and INFO4.
const SEVERITIES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

impl Log {
    /// When it happened or, where that is unknown, when it was observed.
    pub(crate) fn time(&self) -> u64 {
        match self.happened {
            0 => self.observed,
            time => time,
        }
    }

    /// The sender's own word, or the data model's for the number.
    pub(crate) fn severity(&self) -> Cow<'_, str> {
        if !self.severity_text.is_empty() {
            return Cow::Borrowed(&self.severity_text);
        }
        let step = usize::try_from(self.severity_number)
            .ok()
            .and_then(|number| number.checked_sub(1));
        let name = step.and_then(|step| Some((*SEVERITIES.get(step / 4)?, step % 4)));
        match name {
            None => Cow::Borrowed(""),
            Some((name, 0)) => Cow::Borrowed(name),
            Some((name, step)) => Cow::Owned(format!("{name}{}", step + 1)),
        }
    }

    /// What keeping this record costs, shared parts not included.
    pub(crate) fn bytes(&self) -> usize {
        // The list of a trace's logs grows by doubling, and holds a pointer to each.
        size_of::<Self>()
            + 2 * ALLOCATION
            + unshared_bytes(&self.severity_text)
            + unshared_bytes(&self.event_name)
            + self.body.heap_bytes()
            + self.attributes.heap_bytes()
    }
}
