//! Attributes that were written before.
//!
//! Most attributes of most spans were there a moment ago: the method, the route, the host. They were
//! searched for secrets then, and were clean. So such an attribute is not searched again, and not
//! put together again: it is found by what it is, and copied as it was written.

use std::borrow::Cow;

use opentelemetry::{KeyValue, Value};

use super::value::{self, INT, STRING};
use super::wire;
use crate::redact;

/// Attributes as they are written, each in the one place that its key and value lead to, until
/// another one comes there.
#[derive(Debug)]
pub(super) struct Known {
    attributes: Box<[Written]>,
    /// Names that are constants, which stay as clean as they are.
    names: [&'static str; NAMES],
}

const NAMES: usize = 64;

/// As many as a byte can tell apart.
const PLACES: usize = 256;
/// Longer ones are seldom the same again. All lengths in an attribute are single bytes up to here.
const LONGEST: usize = 120;

#[derive(Debug, Clone, Copy)]
struct Written {
    key: u8,
    /// The tag of its value.
    kind: u8,
    len: u8,
    bytes: [u8; LONGEST],
}

/// What is compared, and where it would be.
pub(super) struct Sought<'a> {
    place: usize,
    key: &'a [u8],
    kind: u8,
    /// What the attribute ends with.
    value: &'a [u8],
}

impl Default for Known {
    fn default() -> Self {
        let nothing = Written {
            key: 0,
            kind: 0,
            len: 0,
            bytes: [0; LONGEST],
        };
        Self {
            attributes: vec![nothing; PLACES].into(),
            names: [""; NAMES],
        }
    }
}

impl<'a> Sought<'a> {
    /// `None` for an attribute that is not kept: of another type, too long, or longer than a value
    /// may be. An integer is written into `digits`.
    pub(super) fn new(
        attribute: &'a KeyValue,
        longest_value: usize,
        digits: &'a mut Vec<u8>,
    ) -> Option<Self> {
        let key = attribute.key.as_str().as_bytes();
        let (kind, value) = match &attribute.value {
            Value::String(text) => (STRING, text.as_str().as_bytes()),
            Value::I64(integer) => {
                digits.clear();
                wire::varint(digits, integer.cast_unsigned());
                (INT, digits.as_slice())
            }
            _ => return None,
        };
        let kept = !key.is_empty()
            && value.len() <= longest_value
            && key.len() + value.len() + value::MOST_AROUND <= LONGEST;
        kept.then(|| Self {
            place: place(key, value),
            key,
            kind,
            value,
        })
    }

    pub(super) fn place(&self) -> (usize, u8, u8) {
        (self.place, low(self.key.len()), self.kind)
    }
}

impl Known {
    /// Writes the attribute under `tag`, if it is known.
    pub(super) fn write(&self, out: &mut Vec<u8>, tag: u8, sought: &Sought<'_>) -> bool {
        let known = &self.attributes[sought.place];
        let bytes = &known.bytes[..usize::from(known.len)];
        let key = bytes.get(value::KEY_AT..value::KEY_AT + sought.key.len());
        let is_it = bytes.first() == Some(&tag)
            && usize::from(known.key) == sought.key.len()
            && known.kind == sought.kind
            && key == Some(sought.key)
            && bytes.len() == value::len_of(sought.key.len(), sought.kind, sought.value.len())
            && bytes.ends_with(sought.value);
        if is_it {
            out.extend_from_slice(bytes);
        }
        is_it
    }

    /// Keeps an attribute that was written just now as it was sought.
    pub(super) fn keep(&mut self, (place, key, kind): (usize, u8, u8), written: &[u8]) {
        let known = &mut self.attributes[place];
        if let Some(bytes) = known.bytes.get_mut(..written.len()) {
            bytes.copy_from_slice(written);
            (known.key, known.kind, known.len) = (key, kind, low(written.len()));
        }
    }

    /// Takes out of a name what must not leave. A constant is never another text: where it was
    /// found clean, it is known by its address.
    pub(super) fn redact(&mut self, name: &mut Cow<'static, str>) {
        let Cow::Borrowed(constant) = *name else {
            return redact::name(name);
        };
        let known = &mut self.names[(constant.as_ptr().addr() >> 4) % NAMES];
        if std::ptr::eq(*known, constant) {
            return;
        }
        redact::name(name);
        if matches!(name, Cow::Borrowed(same) if std::ptr::eq(*same, constant)) {
            *known = constant;
        }
    }
}

/// By how long both are, and by their ends, because names differ there more than where they begin.
fn place(key: &[u8], value: &[u8]) -> usize {
    let end = |bytes: &[u8]| match bytes.last_chunk::<4>() {
        Some(end) => u32::from_le_bytes(*end),
        None => bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    };
    let ends = u64::from(end(key)) << 32 ^ u64::from(end(value));
    let lens = (key.len() << 8 ^ value.len()) as u64;
    // Fibonacci hashing: the upper bits of the product depend on all of the number's.
    let mixed = (ends ^ lens << 16).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::from(mixed.to_be_bytes()[0])
}

/// Of a length up to [`LONGEST`].
fn low(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(u8::MAX)
}
