//! A finished span with its events and links.

use std::{mem::size_of, sync::Arc};

use serde::Serialize;

use super::{
    ALLOCATION, Attributes, SpanId, TraceId,
    pool::{Resource, Scope, unshared_bytes},
};

/// The index entries of a span: by id in its trace, and its place in the trace's list.
const SPAN_INDEX: usize = 48;
/// The back-link entry of a link.
const LINK_INDEX: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Unset,
    Ok,
    Error,
}

/// Times are nanoseconds since the Unix epoch, as the sender's clock had them.
pub(crate) struct Span {
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    /// OTLP's: the W3C trace flags in the lowest eight bits, and whether the parent is remote.
    pub(crate) flags: u32,
    pub(crate) status_message: Box<str>,
    pub(crate) trace_state: Box<str>,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: Attributes,
    pub(crate) events: Box<[Event]>,
    pub(crate) links: Box<[Link]>,
    pub(crate) dropped: Dropped,
    pub(crate) resource: Arc<Resource>,
    pub(crate) scope: Arc<Scope>,
}

pub(crate) struct Event {
    pub(crate) name: Arc<str>,
    pub(crate) time: u64,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
}

pub(crate) struct Link {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) trace_state: Box<str>,
    pub(crate) flags: u32,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
}

/// What the sender, or the receiver for invalid links, left out.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Dropped {
    pub(crate) attributes: u32,
    pub(crate) events: u32,
    pub(crate) links: u32,
}

impl Span {
    /// Nanoseconds; a span that ends before it starts has none.
    pub(crate) fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The W3C trace flags.
    pub(crate) fn trace_flags(&self) -> u8 {
        let [lowest, ..] = self.flags.to_le_bytes();
        lowest
    }

    /// What keeping this span costs, index entries included, shared parts not.
    pub(crate) fn bytes(&self) -> usize {
        let event = |event: &Event| {
            size_of::<Event>() + unshared_bytes(&event.name) + event.attributes.heap_bytes()
        };
        let link = |link: &Link| {
            let own = size_of::<Link>() + link.trace_state.len();
            own + LINK_INDEX + link.attributes.heap_bytes()
        };
        size_of::<Self>()
            + SPAN_INDEX
            + 5 * ALLOCATION
            + unshared_bytes(&self.name)
            + self.status_message.len()
            + self.trace_state.len()
            + self.attributes.heap_bytes()
            + self.events.iter().map(event).sum::<usize>()
            + self.links.iter().map(link).sum::<usize>()
    }
}
