//! A log record in OTLP JSON.

use serde::Serialize;

use crate::model::{self, SpanId, TraceId};

use super::{
    decimal,
    values::{AnyValue, Pairs, is_none},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log<'a> {
    #[serde(serialize_with = "decimal", skip_serializing_if = "is_unknown")]
    time_unix_nano: u64,
    #[serde(serialize_with = "decimal", skip_serializing_if = "is_unknown")]
    observed_time_unix_nano: u64,
    severity_number: i32,
    #[serde(skip_serializing_if = "str::is_empty")]
    severity_text: &'a str,
    body: AnyValue<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
    #[serde(skip_serializing_if = "is_none")]
    flags: u32,
    trace_id: TraceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<SpanId>,
    #[serde(skip_serializing_if = "str::is_empty")]
    event_name: &'a str,
}

impl<'a> Log<'a> {
    pub(super) fn of(trace: TraceId, log: &'a model::Log) -> Self {
        Self {
            time_unix_nano: log.happened,
            observed_time_unix_nano: log.observed,
            severity_number: log.severity_number,
            severity_text: &log.severity_text,
            body: AnyValue(&log.body),
            attributes: Pairs(&log.attributes),
            dropped_attributes_count: log.dropped_attributes,
            flags: log.flags,
            trace_id: trace,
            span_id: log.span,
            event_name: &log.event_name,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_unknown(time: &u64) -> bool {
    *time == 0
}
