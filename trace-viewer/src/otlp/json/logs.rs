//! `ExportLogsServiceRequest` in OTLP JSON.

use serde::Deserialize;
use shared_telemetry::otlp::proto::{
    collector::logs::v1::ExportLogsServiceRequest, logs::v1 as wire,
};

use super::{
    attributes::{AnyValue, KeyValue, Resource, Scope},
    list::List,
    scalar::{Hex, Integer},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    resource_logs: Option<List<ResourceLogs>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceLogs {
    resource: Option<Resource>,
    scope_logs: Option<List<ScopeLogs>>,
    schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScopeLogs {
    scope: Option<Scope>,
    log_records: Option<List<LogRecord>>,
    schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogRecord {
    time_unix_nano: Option<Integer<u64>>,
    observed_time_unix_nano: Option<Integer<u64>>,
    severity_number: Option<i32>,
    severity_text: Option<String>,
    body: Option<AnyValue>,
    attributes: Option<List<KeyValue>>,
    dropped_attributes_count: Option<Integer<u32>>,
    flags: Option<Integer<u32>>,
    trace_id: Option<Hex>,
    span_id: Option<Hex>,
    event_name: Option<String>,
}

impl From<Request> for ExportLogsServiceRequest {
    fn from(json: Request) -> Self {
        Self {
            resource_logs: List::of(json.resource_logs),
        }
    }
}

impl From<ResourceLogs> for wire::ResourceLogs {
    fn from(json: ResourceLogs) -> Self {
        Self {
            resource: json.resource.map(Into::into),
            scope_logs: List::of(json.scope_logs),
            schema_url: json.schema_url.unwrap_or_default(),
        }
    }
}

impl From<ScopeLogs> for wire::ScopeLogs {
    fn from(json: ScopeLogs) -> Self {
        Self {
            scope: json.scope.map(Into::into),
            log_records: List::of(json.log_records),
            schema_url: json.schema_url.unwrap_or_default(),
        }
    }
}

impl From<LogRecord> for wire::LogRecord {
    fn from(json: LogRecord) -> Self {
        Self {
            time_unix_nano: Integer::or_zero(json.time_unix_nano),
            observed_time_unix_nano: Integer::or_zero(json.observed_time_unix_nano),
            severity_number: json.severity_number.unwrap_or_default(),
            severity_text: json.severity_text.unwrap_or_default(),
            body: json.body.map(Into::into),
            attributes: List::of(json.attributes),
            dropped_attributes_count: Integer::or_zero(json.dropped_attributes_count),
            flags: Integer::or_zero(json.flags),
            trace_id: Hex::bytes(json.trace_id),
            span_id: Hex::bytes(json.span_id),
            event_name: json.event_name.unwrap_or_default(),
        }
    }
}
