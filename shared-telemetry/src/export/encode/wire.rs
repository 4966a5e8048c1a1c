//! Protobuf on the wire, as much of it as spans need.
//!
//! A message is a row of fields, and a field is a tag, then its value. A tag is the field's number
//! and how the value is written: a number of as many bytes as it needs (a *varint*, seven bits a
//! byte), four or eight bytes, or a length and so many bytes. What is 0 or empty may be left out.
//! Source: protobuf.dev, "Encoding".

pub(super) const fn varint_tag(field: u8) -> u8 {
    field << 3
}

pub(super) const fn fixed64_tag(field: u8) -> u8 {
    field << 3 | 1
}

/// For texts and ids as well.
pub(super) const fn message_tag(field: u8) -> u8 {
    field << 3 | 2
}

/// How many bytes a varint takes: one for seven bits.
#[inline]
pub(super) const fn varint_len(value: u64) -> usize {
    if value < 0x80 {
        return 1;
    }
    let bits = u64::BITS - value.leading_zeros();
    bits.div_ceil(7) as usize
}

/// How many bytes a field with a length takes, its tag included.
pub(super) const fn field_len(len: usize) -> usize {
    1 + varint_len(len as u64) + len
}

#[inline]
pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

/// A number, if it is not 0.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        out.push(tag);
        varint(out, value);
    }
}

#[inline]
pub(super) fn fixed64(out: &mut Vec<u8>, tag: u8, value: [u8; 8]) {
    let mut field = [tag; 9];
    field[1..].copy_from_slice(&value);
    out.extend_from_slice(&field);
}

/// The beginning of a field of `len` bytes.
#[inline]
pub(super) fn head(out: &mut Vec<u8>, tag: u8, len: usize) {
    let value = len as u64;
    if value < 0x80 {
        out.extend_from_slice(&[tag, low_byte(value)]);
    } else {
        out.push(tag);
        varint(out, value);
    }
}

/// The beginnings of a field of `len` bytes and of the first field in it: appended at once where
/// each length is one byte, as nearly always.
#[inline]
pub(super) fn heads(out: &mut Vec<u8>, [tag, inner_tag]: [u8; 2], [len, inner_len]: [usize; 2]) {
    let (short, inner_short) = (len as u64, inner_len as u64);
    if short < 0x80 && inner_short < 0x80 {
        out.extend_from_slice(&[tag, low_byte(short), inner_tag, low_byte(inner_short)]);
    } else {
        head(out, tag, len);
        head(out, inner_tag, inner_len);
    }
}

#[inline]
pub(super) fn bytes(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    head(out, tag, value.len());
    out.extend_from_slice(value);
}

/// A text, if it is not empty.
#[inline]
pub(super) fn text(out: &mut Vec<u8>, tag: u8, value: &str) {
    if !value.is_empty() {
        bytes(out, tag, value.as_bytes());
    }
}

/// A message whose length is known only when it is written. Two bytes are kept for it, which is
/// right for 128 bytes to 16 KiB, as most spans are; any other message is moved into its place.
#[inline]
pub(super) fn message(out: &mut Vec<u8>, tag: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[tag, 0, 0]);
    let start = out.len();
    write(out);
    let len = (out.len() - start) as u64;
    match varint_len(len) {
        1 => {
            out[start - 2] = low_byte(len);
            out.remove(start - 1);
        }
        2 => {
            out[start - 2] = low_byte(len) | 0x80;
            out[start - 1] = low_byte(len >> 7);
        }
        _ => {
            let mut length = Vec::with_capacity(10);
            varint(&mut length, len);
            out.splice(start - 2..start, length);
        }
    }
}

/// The others are written before, or there are none.
#[allow(clippy::cast_possible_truncation)] // That is what it is for.
fn low_byte(value: u64) -> u8 {
    value as u8
}
