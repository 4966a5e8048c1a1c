//! Attributes and their values in OTLP JSON, each with its type.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::model::{Attributes, Value};

/// A list of `KeyValue`.
pub(super) struct Pairs<'a>(pub(super) &'a Attributes);

impl Pairs<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| Pair {
            key,
            value: AnyValue(value),
        }))
    }
}

#[derive(Serialize)]
struct Pair<'a> {
    key: &'a str,
    value: AnyValue<'a>,
}

/// An object whose only key tells the type; an empty value has none.
pub(super) struct AnyValue<'a>(pub(super) &'a Value);

impl Serialize for AnyValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        match self.0 {
            Value::Empty => {}
            Value::Text(text) => object.serialize_entry("stringValue", text)?,
            Value::Bool(value) => object.serialize_entry("boolValue", value)?,
            Value::Int(value) => object.serialize_entry("intValue", &value.to_string())?,
            // The plain form of a value writes a double as OTLP does.
            Value::Double(_) => object.serialize_entry("doubleValue", self.0)?,
            Value::Bytes(bytes) => {
                object.serialize_entry("bytesValue", &STANDARD.encode(bytes))?;
            }
            Value::List(values) => object.serialize_entry("arrayValue", &Array(values))?,
            Value::Map(pairs) => object.serialize_entry(
                "kvlistValue",
                &KeyValueList {
                    values: Pairs(pairs),
                },
            )?,
        }
        object.end()
    }
}

#[derive(Serialize)]
struct KeyValueList<'a> {
    values: Pairs<'a>,
}

struct Array<'a>(&'a [Value]);

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry("values", &Elements(self.0))?;
        object.end()
    }
}

struct Elements<'a>(&'a [Value]);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(AnyValue))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(super) fn is_none(count: &u32) -> bool {
    *count == 0
}
