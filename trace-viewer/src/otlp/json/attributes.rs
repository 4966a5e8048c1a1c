//! Values, attributes, resources and scopes in OTLP JSON.

use serde::Deserialize;
use shared_telemetry::otlp::proto::{
    common::v1 as wire, common::v1::any_value::Value as WireValue, resource::v1 as wire_resource,
};

use super::{
    list::List,
    scalar::{Base64, Double, Integer},
};

/// Of several set fields, which OTLP forbids, one counts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Integer<i64>>,
    double_value: Option<Double>,
    array_value: Option<ArrayValue>,
    kvlist_value: Option<KeyValueList>,
    bytes_value: Option<Base64>,
}

#[derive(Deserialize)]
struct ArrayValue {
    values: Option<List<AnyValue>>,
}

#[derive(Deserialize)]
struct KeyValueList {
    values: Option<List<KeyValue>>,
}

#[derive(Deserialize)]
pub(super) struct KeyValue {
    key: Option<String>,
    value: Option<AnyValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scope {
    name: Option<String>,
    version: Option<String>,
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
}

impl From<AnyValue> for wire::AnyValue {
    fn from(json: AnyValue) -> Self {
        let text = json.string_value.map(WireValue::StringValue);
        let value = text
            .or_else(|| json.bool_value.map(WireValue::BoolValue))
            .or_else(|| json.int_value.map(|value| WireValue::IntValue(value.0)))
            .or_else(|| {
                json.double_value
                    .map(|value| WireValue::DoubleValue(value.0))
            })
            .or_else(|| json.bytes_value.map(|value| WireValue::BytesValue(value.0)))
            .or_else(|| {
                json.array_value
                    .map(|array| WireValue::ArrayValue(array.into()))
            })
            .or_else(|| {
                json.kvlist_value
                    .map(|map| WireValue::KvlistValue(map.into()))
            });
        Self { value }
    }
}

impl From<ArrayValue> for wire::ArrayValue {
    fn from(json: ArrayValue) -> Self {
        Self {
            values: List::of(json.values),
        }
    }
}

impl From<KeyValueList> for wire::KeyValueList {
    fn from(json: KeyValueList) -> Self {
        Self {
            values: List::of(json.values),
        }
    }
}

impl From<KeyValue> for wire::KeyValue {
    fn from(json: KeyValue) -> Self {
        Self {
            key: json.key.unwrap_or_default(),
            value: json.value.map(Into::into),
            ..Self::default()
        }
    }
}

impl From<Resource> for wire_resource::Resource {
    fn from(json: Resource) -> Self {
        Self {
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
            ..Self::default()
        }
    }
}

impl From<Scope> for wire::InstrumentationScope {
    fn from(json: Scope) -> Self {
        Self {
            name: json.name.unwrap_or_default(),
            version: json.version.unwrap_or_default(),
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
        }
    }
}
