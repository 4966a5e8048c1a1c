//! OTLP's messages in their JSON form, as far as the commands need them.
//!
//! As protobuf's JSON mapping asks: enums as numbers or names, 64-bit numbers as text or numbers,
//! unknown keys ignored, `null` like a missing key.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::trace::{Kind, StatusCode};

pub(crate) type Attributes = Vec<(String, Value)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    Bool(bool),
    Double(f64),
    List(Vec<Value>),
    Map(Attributes),
    /// Bytes, or nothing.
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) resource_spans: Option<Vec<ResourceSpans>>,
    pub(crate) resource_logs: Option<Vec<ResourceLogs>>,
    resource_metrics: Option<IgnoredAny>,
}

impl Document {
    pub(crate) fn is_otlp(&self) -> bool {
        self.resource_spans.is_some()
            || self.resource_logs.is_some()
            || self.resource_metrics.is_some()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceSpans {
    pub(crate) resource: Option<WithAttributes>,
    pub(crate) scope_spans: Option<Vec<ScopeSpans>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceLogs {
    pub(crate) resource: Option<WithAttributes>,
    pub(crate) scope_logs: Option<Vec<ScopeLogs>>,
}

#[derive(Deserialize)]
pub(crate) struct WithAttributes {
    pub(crate) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(crate) struct ScopeSpans {
    pub(crate) spans: Option<Vec<Span>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScopeLogs {
    pub(crate) log_records: Option<Vec<Log>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Span {
    pub(crate) trace_id: Option<String>,
    pub(crate) span_id: Option<String>,
    pub(crate) parent_span_id: Option<String>,
    pub(crate) flags: Option<u32>,
    pub(crate) start_time_unix_nano: Option<Int>,
    pub(crate) end_time_unix_nano: Option<Int>,
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<Enum>,
    pub(crate) status: Option<Status>,
    pub(crate) attributes: Option<Vec<KeyValue>>,
    pub(crate) events: Option<Vec<Event>>,
    pub(crate) links: Option<Vec<Link>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    pub(crate) trace_id: Option<String>,
    pub(crate) span_id: Option<String>,
    pub(crate) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Status {
    pub(crate) code: Option<Enum>,
    pub(crate) message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) time_unix_nano: Option<Int>,
    pub(crate) name: Option<String>,
    pub(crate) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(crate) struct Log {
    pub(crate) body: Option<AnyValue>,
    pub(crate) attributes: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
pub(crate) struct KeyValue {
    key: String,
    value: Option<AnyValue>,
}

/// A number, or a name.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Enum {
    Number(i64),
    Name(String),
}

impl Enum {
    /// The number, or else the name without its prefix.
    fn number(&self, prefix: &str) -> Result<i64, &str> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Name(name) => Err(name.strip_prefix(prefix).unwrap_or(name)),
        }
    }
}

pub(crate) fn kind(kind: Option<&Enum>) -> Kind {
    match kind.map(|kind| kind.number("SPAN_KIND_")) {
        Some(Ok(1) | Err("INTERNAL")) => Kind::Internal,
        Some(Ok(2) | Err("SERVER")) => Kind::Server,
        Some(Ok(3) | Err("CLIENT")) => Kind::Client,
        Some(Ok(4) | Err("PRODUCER")) => Kind::Producer,
        Some(Ok(5) | Err("CONSUMER")) => Kind::Consumer,
        _ => Kind::Unspecified,
    }
}

pub(crate) fn status_code(code: Option<&Enum>) -> StatusCode {
    match code.map(|code| code.number("STATUS_CODE_")) {
        Some(Ok(1) | Err("OK")) => StatusCode::Ok,
        Some(Ok(2) | Err("ERROR")) => StatusCode::Error,
        _ => StatusCode::Unset,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Int>,
    double_value: Option<Double>,
    array_value: Option<Values<AnyValue>>,
    kvlist_value: Option<Values<KeyValue>>,
}

/// A 64-bit number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Int {
    Number(i64),
    Text(String),
}

impl Int {
    pub(crate) fn value(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
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
            int.value().map_or(Self::Other, Self::Int)
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

pub(crate) fn attributes(list: Option<Vec<KeyValue>>) -> Attributes {
    let value = |value: Option<AnyValue>| value.map_or(Value::Other, Value::from);
    or_empty(list)
        .into_iter()
        .map(|entry| (entry.key, value(entry.value)))
        .collect()
}

pub(crate) fn or_empty<T>(list: Option<Vec<T>>) -> Vec<T> {
    list.unwrap_or_default()
}
