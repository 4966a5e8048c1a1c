//! OTLP's messages, as far as rules need them, in their JSON form.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::lint::captured::{Attributes, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) resource_spans: Option<Vec<ResourceSpans>>,
    pub(super) resource_logs: Option<Vec<ResourceLogs>>,
    resource_metrics: Option<IgnoredAny>,
}

impl Document {
    pub(super) fn is_otlp(&self) -> bool {
        self.resource_spans.is_some()
            || self.resource_logs.is_some()
            || self.resource_metrics.is_some()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceSpans {
    pub(super) resource: Option<WithAttributes>,
    pub(super) scope_spans: Option<Vec<ScopeSpans>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceLogs {
    pub(super) resource: Option<WithAttributes>,
    pub(super) scope_logs: Option<Vec<ScopeLogs>>,
}

#[derive(Deserialize)]
pub(super) struct WithAttributes {
    pub(super) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(super) struct ScopeSpans {
    pub(super) spans: Option<Vec<Span>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScopeLogs {
    pub(super) log_records: Option<Vec<Log>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span {
    pub(super) trace_id: Option<String>,
    pub(super) span_id: Option<String>,
    pub(super) parent_span_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<Enum>,
    pub(super) status: Option<Status>,
    pub(super) attributes: Option<Vec<KeyValue>>,
    pub(super) events: Option<Vec<Event>>,
    pub(super) links: Option<Vec<WithAttributes>>,
}

#[derive(Deserialize, Default)]
pub(super) struct Status {
    pub(super) code: Option<Enum>,
    pub(super) message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) name: Option<String>,
    pub(super) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) body: Option<AnyValue>,
    pub(super) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(super) struct KeyValue {
    key: String,
    value: Option<AnyValue>,
}

/// A number, or a name.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Enum {
    Number(i64),
    Name(String),
}

impl Enum {
    /// The number, or else the name without its prefix.
    pub(super) fn number(&self, prefix: &str) -> Result<i64, &str> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Name(name) => Err(name.strip_prefix(prefix).unwrap_or(name)),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Int>,
    double_value: Option<Double>,
    array_value: Option<Values<AnyValue>>,
    kvlist_value: Option<Values<KeyValue>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Int {
    Number(i64),
    Text(String),
}

/// `NaN` and `Infinity` come as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Double {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Values<T> {
    values: Option<Vec<T>>,
}

impl From<AnyValue> for Value {
    fn from(value: AnyValue) -> Self {
        if let Some(text) = value.string_value {
            Self::Text(text)
        } else if let Some(truth) = value.bool_value {
            Self::Bool(truth)
        } else if let Some(int) = value.int_value {
            match int {
                Int::Number(number) => Self::Int(number),
                Int::Text(text) => text.parse().map_or(Self::Other, Self::Int),
            }
        } else if let Some(double) = value.double_value {
            match double {
                Double::Number(number) => Self::Double(number),
                Double::Text(text) => text.parse().map_or(Self::Other, Self::Double),
            }
        } else if let Some(list) = value.array_value {
            Self::List(or_empty(list.values).into_iter().map(Self::from).collect())
        } else if let Some(map) = value.kvlist_value {
            Self::Map(attributes(map.values))
        } else {
            Self::Other
        }
    }
}

pub(super) fn attributes(list: Option<Vec<KeyValue>>) -> Attributes {
    let value = |value: Option<AnyValue>| value.map_or(Value::Other, Value::from);
    or_empty(list)
        .into_iter()
        .map(|entry| (entry.key, value(entry.value)))
        .collect()
}

pub(super) fn or_empty<T>(list: Option<Vec<T>>) -> Vec<T> {
    list.unwrap_or_default()
}
