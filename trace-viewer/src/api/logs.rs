//! The log records of a trace, as JSON.

use std::{borrow::Cow, sync::Arc};

use serde::{Serialize, Serializer};

use crate::model::{Attributes, Log as Kept, SpanId, TraceId, Value};

use super::nanos;

#[derive(Serialize)]
pub(super) struct Logs<'a> {
    logs: Vec<Log<'a>>,
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(serialize_with = "nanos")]
    time_unix_nano: u64,
    severity: Cow<'a, str>,
    service: &'a str,
    trace_id: TraceId,
    #[serde(serialize_with = "id_or_empty")]
    span_id: Option<SpanId>,
    body: &'a Value,
    attributes: &'a Attributes,
    event_name: &'a str,
}

impl<'a> Logs<'a> {
    pub(super) fn of(trace_id: TraceId, records: &'a [Arc<Kept>]) -> Self {
        let log = |record: &'a Arc<Kept>| Log {
            time_unix_nano: record.time(),
            severity: record.severity(),
            service: &record.resource.service,
            trace_id,
            span_id: record.span,
            body: &record.body,
            attributes: &record.attributes,
            event_name: &record.event_name,
        };
        Self {
            logs: records.iter().map(log).collect(),
        }
    }
}

fn id_or_empty<S: Serializer>(id: &Option<SpanId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_str(""),
    }
}
