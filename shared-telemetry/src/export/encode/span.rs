//! A span: `Span` of OTLP, with its events, links and status.

use std::time::SystemTime;

use opentelemetry::trace::{Event, Link, SpanContext, SpanKind, Status, TraceState};
use opentelemetry::{KeyValue, SpanId};
use opentelemetry_sdk::trace::SpanData;

use super::known::{Known, Sought};
use super::{value, wire};
use crate::distinct::keep_last;
use crate::limits::cut_value;
use crate::propagation::traceparent::RANDOM;
use crate::redact;

/// Of `Span`, and the first three of `Link`.
const TRACE_ID: u8 = wire::message_tag(1);
const SPAN_ID: u8 = wire::message_tag(2);
const TRACE_STATE: u8 = wire::message_tag(3);
const PARENT_SPAN_ID: u8 = wire::message_tag(4);
const NAME: u8 = wire::message_tag(5);
const KIND: u8 = wire::varint_tag(6);
const START: u8 = wire::fixed64_tag(7);
const END: u8 = wire::fixed64_tag(8);
const ATTRIBUTES: u8 = wire::message_tag(9);
const DROPPED_ATTRIBUTES: u8 = wire::varint_tag(10);
const EVENTS: u8 = wire::message_tag(11);
const DROPPED_EVENTS: u8 = wire::varint_tag(12);
const LINKS: u8 = wire::message_tag(13);
const DROPPED_LINKS: u8 = wire::varint_tag(14);
const STATUS: u8 = wire::message_tag(15);
/// Field 16, four bytes: the only tag that is a varint of two bytes.
const FLAGS: [u8; 2] = [0x85, 0x01];
/// Of `Event`.
const EVENT_TIME: u8 = wire::fixed64_tag(1);
const EVENT_NAME: u8 = wire::message_tag(2);
const EVENT_ATTRIBUTES: u8 = wire::message_tag(3);
const EVENT_DROPPED: u8 = wire::varint_tag(4);
/// Of `Link`.
const LINK_ATTRIBUTES: u8 = wire::message_tag(4);
const LINK_DROPPED: u8 = wire::varint_tag(5);
/// Field 6, four bytes.
const LINK_FLAGS: u8 = 6 << 3 | 5;
/// Of `Status`.
const MESSAGE: u8 = wire::message_tag(2);
const CODE: u8 = wire::varint_tag(3);
const OK: u8 = 1;
const ERROR: u8 = 2;

/// It is known whether the parent, or what a link leads to, is in another process; and it is.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// Writes spans, and takes out of them what must not leave.
pub(super) struct Writer<'k> {
    known: &'k mut Known,
    longest_value: usize,
    digits: Vec<u8>,
}

impl<'k> Writer<'k> {
    pub(super) fn new(known: &'k mut Known, longest_value: usize) -> Self {
        Self {
            known,
            longest_value,
            digits: Vec::new(),
        }
    }

    /// A span under `tag`.
    pub(super) fn span(&mut self, out: &mut Vec<u8>, tag: u8, span: &mut SpanData) {
        wire::message(out, tag, |out| {
            out.extend_from_slice(&ids(&span.span_context));
            trace_state(out, span.span_context.trace_state());
            if span.parent_span_id != SpanId::INVALID {
                wire::bytes(out, PARENT_SPAN_ID, &span.parent_span_id.to_bytes());
            }
            self.known.redact(&mut span.name);
            wire::text(out, NAME, &span.name);
            out.extend_from_slice(&[KIND, kind(&span.span_kind)]);
            time(out, START, span.start_time);
            time(out, END, span.end_time);
            self.distinct(out, &mut span.attributes);
            let dropped = span.dropped_attributes_count;
            wire::number(out, DROPPED_ATTRIBUTES, dropped.into());
            for event in &mut span.events.events {
                self.event(out, event);
            }
            wire::number(out, DROPPED_EVENTS, span.events.dropped_count.into());
            for link in &mut span.links.links {
                self.link(out, link);
            }
            wire::number(out, DROPPED_LINKS, span.links.dropped_count.into());
            self.status(out, &mut span.status);
            out.extend_from_slice(&FLAGS);
            out.extend_from_slice(&with_remoteness(flags(span), span.parent_span_is_remote));
        });
    }

    fn event(&mut self, out: &mut Vec<u8>, event: &mut Event) {
        wire::message(out, EVENTS, |out| {
            time(out, EVENT_TIME, event.timestamp);
            self.known.redact(&mut event.name);
            wire::text(out, EVENT_NAME, &event.name);
            self.attributes(out, EVENT_ATTRIBUTES, &mut event.attributes);
            wire::number(out, EVENT_DROPPED, event.dropped_attributes_count.into());
        });
    }

    fn link(&mut self, out: &mut Vec<u8>, link: &mut Link) {
        let context = &link.span_context;
        wire::message(out, LINKS, |out| {
            out.extend_from_slice(&ids(context));
            trace_state(out, context.trace_state());
            self.attributes(out, LINK_ATTRIBUTES, &mut link.attributes);
            wire::number(out, LINK_DROPPED, link.dropped_attributes_count.into());
            out.push(LINK_FLAGS);
            let flags = context.trace_flags().to_u8();
            out.extend_from_slice(&with_remoteness(flags, context.is_remote()));
        });
    }

    /// A span has a status, even where nobody has set it.
    fn status(&mut self, out: &mut Vec<u8>, status: &mut Status) {
        match status {
            Status::Unset => out.extend_from_slice(&[STATUS, 0]),
            Status::Ok => out.extend_from_slice(&[STATUS, 2, CODE, OK]),
            Status::Error { description } => wire::message(out, STATUS, |out| {
                self.known.redact(description);
                wire::text(out, MESSAGE, description);
                out.extend_from_slice(&[CODE, ERROR]);
            }),
        }
    }

    /// The attributes of a span, of each key the last one.
    fn distinct(&mut self, out: &mut Vec<u8>, attributes: &mut Vec<KeyValue>) {
        keep_last(attributes);
        let (start, all) = (out.len(), attributes.len());
        if self.attributes(out, ATTRIBUTES, attributes) {
            // Two keys may have become the same.
            keep_last(attributes);
            if attributes.len() < all {
                out.truncate(start);
                self.attributes(out, ATTRIBUTES, attributes);
            }
        }
    }

    /// True when something was taken out.
    fn attributes(&mut self, out: &mut Vec<u8>, tag: u8, attributes: &mut [KeyValue]) -> bool {
        let mut found = false;
        for attribute in attributes {
            found |= self.attribute(out, tag, attribute);
        }
        found
    }

    fn attribute(&mut self, out: &mut Vec<u8>, tag: u8, attribute: &mut KeyValue) -> bool {
        let sought = Sought::new(attribute, self.longest_value, &mut self.digits);
        if let Some(sought) = &sought
            && self.known.write(out, tag, sought)
        {
            return false;
        }
        let place = sought.as_ref().map(Sought::place);
        let found = redact::key_value(attribute);
        cut_value(&mut attribute.value, self.longest_value);
        let start = out.len();
        value::attribute(out, tag, &attribute.key, &attribute.value);
        if let Some(place) = place
            && !found
        {
            self.known.keep(place, &out[start..]);
        }
        found
    }
}

/// A root has the random flag, as all that it has sent on: the SDK's own have not.
fn flags(span: &SpanData) -> u8 {
    let flags = span.span_context.trace_flags().to_u8();
    let is_root = span.parent_span_id == SpanId::INVALID && span.span_context.is_valid();
    if is_root { flags | RANDOM } else { flags }
}

/// Trace and span as two fields, which are always as long as this.
fn ids(context: &SpanContext) -> [u8; 28] {
    let mut ids = [0; 28];
    ids[..2].copy_from_slice(&[TRACE_ID, 16]);
    ids[2..18].copy_from_slice(&context.trace_id().to_bytes());
    ids[18..20].copy_from_slice(&[SPAN_ID, 8]);
    ids[20..].copy_from_slice(&context.span_id().to_bytes());
    ids
}

/// As the header has it: `a=1,b=2`.
fn trace_state(out: &mut Vec<u8>, state: &TraceState) {
    let pairs = || state.into_iter();
    let len: usize = pairs()
        .map(|(key, value)| key.len() + value.len() + 2)
        .sum();
    // The last one has no comma behind it.
    let Some(len) = len.checked_sub(1) else {
        return;
    };
    wire::head(out, TRACE_STATE, len);
    for (at, (key, value)) in pairs().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key.as_bytes());
        out.push(b'=');
        out.extend_from_slice(value.as_bytes());
    }
}

fn kind(kind: &SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn with_remoteness(flags: u8, is_remote: bool) -> [u8; 4] {
    let remoteness = HAS_IS_REMOTE | if is_remote { IS_REMOTE } else { 0 };
    (u32::from(flags) | remoteness).to_le_bytes()
}

/// Nanoseconds since 1970; 0, and so left out, for what was before.
fn time(out: &mut Vec<u8>, tag: u8, at: SystemTime) {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let seconds = since.as_secs().wrapping_mul(1_000_000_000);
    let nanos = seconds.wrapping_add(since.subsec_nanos().into());
    if nanos != 0 {
        wire::fixed64(out, tag, nanos.to_le_bytes());
    }
}
