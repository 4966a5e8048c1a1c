//! How much memory a body may become, judged before it is decoded.
//!
//! An empty span is two bytes on the wire and some four hundred in memory: sixteen mebibytes of
//! them would be over three gigabytes. So the fields of which a message may have many are counted
//! first, by walking over the bytes, and a body that would become too much is not decoded at all.

use std::mem::size_of;

use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use shared_telemetry::otlp::proto::{
    common::v1::{AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
    trace::v1::{
        ResourceSpans, ScopeSpans, Span, Status,
        span::{Event, Link},
    },
};

/// The structures of one decoded body, without the bytes of its texts, which the body itself
/// bounds. Growing lists may take twice of it for a moment. It is room for some seventy thousand
/// small spans; collectors send eight thousand at a time.
pub(super) const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;

/// Why a body is not decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error(transparent)]
    NotProtobuf(#[from] DecodeError),
    #[error("it would take more than {MAX_DECODED_BYTES} bytes of memory, or nests too deeply")]
    TooLarge,
}

/// The fields of a message that take memory of their own.
pub(super) struct Shape(&'static [Field]);

struct Field {
    number: u32,
    cost: usize,
    /// `None` for a text.
    inner: Option<&'static Shape>,
}

const fn message<T>(number: u32, inner: &'static Shape) -> Field {
    Field {
        number,
        cost: size_of::<T>(),
        inner: Some(inner),
    }
}

const fn text(number: u32) -> Field {
    Field {
        number,
        cost: size_of::<String>(),
        inner: None,
    }
}

pub(super) static TRACES: Shape = Shape(&[message::<ResourceSpans>(1, &RESOURCE_SPANS)]);
pub(super) static LOGS: Shape = Shape(&[message::<ResourceLogs>(1, &RESOURCE_LOGS)]);
/// Metrics are not decoded, so only their outermost shape is looked at.
pub(super) static METRICS: Shape = Shape(&[message::<()>(1, &NOTHING)]);

static NOTHING: Shape = Shape(&[]);
static RESOURCE_SPANS: Shape = Shape(&[
    message::<Resource>(1, &RESOURCE),
    message::<ScopeSpans>(2, &SCOPE_SPANS),
]);
static SCOPE_SPANS: Shape = Shape(&[
    message::<InstrumentationScope>(1, &SCOPE),
    message::<Span>(2, &SPAN),
]);
static SPAN: Shape = Shape(&[
    message::<KeyValue>(9, &KEY_VALUE),
    message::<Event>(11, &EVENT),
    message::<Link>(13, &LINK),
    message::<Status>(15, &NOTHING),
]);
static EVENT: Shape = Shape(&[message::<KeyValue>(3, &KEY_VALUE)]);
static LINK: Shape = Shape(&[message::<KeyValue>(4, &KEY_VALUE)]);
static RESOURCE_LOGS: Shape = Shape(&[
    message::<Resource>(1, &RESOURCE),
    message::<ScopeLogs>(2, &SCOPE_LOGS),
]);
static SCOPE_LOGS: Shape = Shape(&[
    message::<InstrumentationScope>(1, &SCOPE),
    message::<LogRecord>(2, &LOG_RECORD),
]);
static LOG_RECORD: Shape = Shape(&[
    message::<AnyValue>(5, &ANY_VALUE),
    message::<KeyValue>(6, &KEY_VALUE),
]);
static RESOURCE: Shape = Shape(&[
    message::<KeyValue>(1, &KEY_VALUE),
    message::<EntityRef>(3, &ENTITY_REF),
]);
static ENTITY_REF: Shape = Shape(&[text(3), text(4)]);
static SCOPE: Shape = Shape(&[message::<KeyValue>(3, &KEY_VALUE)]);
static KEY_VALUE: Shape = Shape(&[message::<AnyValue>(2, &ANY_VALUE)]);
static ANY_VALUE: Shape = Shape(&[
    message::<ArrayValue>(5, &ARRAY_VALUE),
    message::<KeyValueList>(6, &KEY_VALUE_LIST),
]);
static ARRAY_VALUE: Shape = Shape(&[message::<AnyValue>(1, &ANY_VALUE)]);
static KEY_VALUE_LIST: Shape = Shape(&[message::<KeyValue>(1, &KEY_VALUE)]);

/// Lists of lists, 37 deep: what nests no deeper can be written as JSON and be read again, where
/// readers stop at a depth of 128.
const MAX_DEPTH: usize = 80;

/// Walks over `body` without keeping anything of it.
pub(super) fn check(body: &[u8], shape: &'static Shape) -> Result<(), Unfit> {
    // A list of what is still to be walked, because a body decides how deep it is.
    let mut open = vec![(body, shape)];
    let mut left = MAX_DECODED_BYTES;
    while let Some((mut rest, shape)) = open.pop() {
        if rest.is_empty() {
            continue;
        }
        let (number, wire_type) = decode_key(&mut rest)?;
        let mut after = rest;
        skip_field(wire_type, number, &mut after, DecodeContext::default())?;
        open.push((after, shape));
        let field = shape.0.iter().find(|field| field.number == number);
        let Some(field) = field.filter(|_| wire_type == WireType::LengthDelimited) else {
            continue;
        };
        left = left.checked_sub(field.cost).ok_or(Unfit::TooLarge)?;
        // The field's length is what is left when its end is cut off.
        decode_varint(&mut rest)?;
        let inside = &rest[..rest.len() - after.len()];
        if let Some(inner) = field.inner {
            if open.len() > MAX_DEPTH {
                return Err(Unfit::TooLarge);
            }
            open.push((inside, inner));
        }
    }
    Ok(())
}
