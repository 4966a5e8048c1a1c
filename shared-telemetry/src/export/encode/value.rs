//! Attributes: `KeyValue` and `AnyValue` of OTLP.
//!
//! Their lengths are counted before they are written, because that takes a few additions, and
//! nothing has to be moved afterwards.

use opentelemetry::{Array, Key, Value};

use super::wire::{self, field_len, varint_len};

/// Of `KeyValue`.
const KEY: u8 = wire::message_tag(1);
const VALUE: u8 = wire::message_tag(2);
/// Of `AnyValue`.
pub(super) const STRING: u8 = wire::message_tag(1);
const BOOL: u8 = wire::varint_tag(2);
pub(super) const INT: u8 = wire::varint_tag(3);
const DOUBLE: u8 = wire::fixed64_tag(4);
const ARRAY: u8 = wire::message_tag(5);
/// Of `ArrayValue`.
const ELEMENT: u8 = wire::message_tag(1);

/// Where the key of an attribute begins that is shorter than 128 bytes: behind two tags and two
/// lengths.
pub(super) const KEY_AT: usize = 4;
/// The bytes of such an attribute that are neither key nor value, at most.
pub(super) const MOST_AROUND: usize = KEY_AT + 4;

/// The length of such an attribute, of a text or a number of so many bytes.
#[inline]
pub(super) fn len_of(key: usize, kind: u8, value: usize) -> usize {
    // A text has a length before it.
    KEY_AT + key + 3 + usize::from(kind == STRING) + value
}

/// An attribute under `tag`. A value is written even if it is empty or 0: one that is left out is
/// none.
pub(super) fn attribute(out: &mut Vec<u8>, tag: u8, key: &Key, value: &Value) {
    let key = key.as_str().as_bytes();
    let len = len(value);
    if key.is_empty() {
        wire::head(out, tag, field_len(len));
    } else {
        let both = field_len(key.len()) + field_len(len);
        wire::heads(out, [tag, KEY], [both, key.len()]);
        out.extend_from_slice(key);
    }
    if let Value::String(text) = value {
        let text = text.as_str().as_bytes();
        wire::heads(out, [VALUE, STRING], [len, text.len()]);
        out.extend_from_slice(text);
    } else {
        wire::head(out, VALUE, len);
        write(out, value);
    }
}

/// The length of the `AnyValue`.
fn len(value: &Value) -> usize {
    match value {
        Value::String(text) => field_len(text.as_str().len()),
        Value::I64(number) => int_len(*number),
        Value::Bool(_) => BOOL_LEN,
        Value::F64(_) => DOUBLE_LEN,
        Value::Array(array) => field_len(array_len(array)),
        // A kind of value that this version of the API does not have.
        _ => 0,
    }
}

/// All but texts.
fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::I64(number) => int(out, *number),
        Value::Bool(truth) => bool(out, *truth),
        Value::F64(number) => wire::fixed64(out, DOUBLE, number.to_le_bytes()),
        Value::Array(array) => {
            wire::head(out, ARRAY, array_len(array));
            write_array(out, array);
        }
        _ => {}
    }
}

const BOOL_LEN: usize = 2;
const DOUBLE_LEN: usize = 9;

fn int_len(number: i64) -> usize {
    1 + varint_len(number.cast_unsigned())
}

fn int(out: &mut Vec<u8>, number: i64) {
    out.push(INT);
    wire::varint(out, number.cast_unsigned());
}

fn bool(out: &mut Vec<u8>, truth: bool) {
    out.extend_from_slice(&[BOOL, u8::from(truth)]);
}

/// The length of the `ArrayValue`.
fn array_len(array: &Array) -> usize {
    match array {
        Array::Bool(all) => all.len() * field_len(BOOL_LEN),
        Array::F64(all) => all.len() * field_len(DOUBLE_LEN),
        Array::I64(all) => all.iter().map(|each| field_len(int_len(*each))).sum(),
        Array::String(all) => {
            let lens = all.iter().map(|each| field_len(each.as_str().len()));
            lens.map(field_len).sum()
        }
        _ => 0,
    }
}

fn write_array(out: &mut Vec<u8>, array: &Array) {
    match array {
        Array::Bool(all) => all.iter().for_each(|each| {
            wire::head(out, ELEMENT, BOOL_LEN);
            bool(out, *each);
        }),
        Array::F64(all) => all.iter().for_each(|each| {
            wire::head(out, ELEMENT, DOUBLE_LEN);
            wire::fixed64(out, DOUBLE, each.to_le_bytes());
        }),
        Array::I64(all) => all.iter().for_each(|each| {
            wire::head(out, ELEMENT, int_len(*each));
            int(out, *each);
        }),
        Array::String(all) => all.iter().for_each(|each| {
            let each = each.as_str().as_bytes();
            wire::head(out, ELEMENT, field_len(each.len()));
            wire::bytes(out, STRING, each);
        }),
        _ => {}
    }
}
