//! Attribute values and attributes, as JSON out and as bytes in the account.

use std::{mem::size_of, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{ALLOCATION, pool::unshared_bytes};

/// An OTLP `AnyValue`.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Empty,
    Text(Box<str>),
    Bool(bool),
    Int(i64),
    /// As bits, so that values can be compared and hashed.
    Double(u64),
    Bytes(Box<[u8]>),
    List(Box<[Value]>),
    Map(Attributes),
}

impl Value {
    /// Heap bytes, besides the value itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Empty | Self::Bool(_) | Self::Int(_) | Self::Double(_) => 0,
            Self::Text(text) => ALLOCATION + text.len(),
            Self::Bytes(bytes) => ALLOCATION + bytes.len(),
            Self::List(values) => {
                let each = |value: &Value| size_of::<Value>() + value.heap_bytes();
                ALLOCATION + values.iter().map(each).sum::<usize>()
            }
            Self::Map(attributes) => attributes.heap_bytes(),
        }
    }

    /// Whether this is what a searcher wrote; a list matches by any of its elements.
    pub(crate) fn matches(&self, wanted: &str) -> bool {
        match self {
            Self::Text(text) => **text == *wanted,
            Self::Bool(value) => wanted.parse() == Ok(*value),
            Self::Int(value) => wanted.parse() == Ok(*value),
            Self::Double(bits) => wanted.parse() == Ok(f64::from_bits(*bits)),
            Self::List(values) => values.iter().any(|value| value.matches(wanted)),
            Self::Empty | Self::Bytes(_) | Self::Map(_) => false,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Double(bits) => match f64::from_bits(*bits) {
                value if value.is_nan() => serializer.serialize_str("NaN"),
                f64::INFINITY => serializer.serialize_str("Infinity"),
                f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
                value => serializer.serialize_f64(value),
            },
            Self::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(attributes) => attributes.serialize(serializer),
        }
    }
}

/// Attributes with distinct keys, sorted by key.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Attributes(Box<[(Arc<str>, Value)]>);

impl Attributes {
    /// OTLP forbids a key twice; where it happens, the last value counts.
    pub(crate) fn new(mut pairs: Vec<(Arc<str>, Value)>) -> Self {
        // Reversed before a stable sort, so that the last of equals comes first and is the one kept.
        pairs.reverse();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        pairs.dedup_by(|(a, _), (b, _)| a == b);
        Self(pairs.into_boxed_slice())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By key.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// The value where it is a text, as names are.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        let found = self
            .0
            .binary_search_by(|(candidate, _)| (**candidate).cmp(key));
        found.ok().map(|index| &self.0[index].1)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let each = |(key, value): &(Arc<str>, Value)| {
            size_of::<(Arc<str>, Value)>() + unshared_bytes(key) + value.heap_bytes()
        };
        ALLOCATION + self.0.iter().map(each).sum::<usize>()
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(&**key, value)?;
        }
        map.end()
    }
}
