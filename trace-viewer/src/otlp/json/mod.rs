//! OTLP JSON, read into the same messages as protobuf.
//!
//! It is the proto3 JSON mapping with exceptions (hex ids, enumerations as numbers), and more
//! tolerant than a plain serde reading: any field may be absent or null, unknown ones are ignored,
//! 64-bit integers are strings or numbers, and non-finite doubles are strings.

mod attributes;
mod logs;
mod scalar;
mod traces;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::error::Category;
use shared_telemetry::otlp::proto::collector::{
    logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest,
};

/// Where reading stopped. The offending text is left out: it may be anyone's secret.
#[derive(Debug, thiserror::Error)]
#[error("{reason} at line {line} column {column}")]
pub(super) struct JsonError {
    reason: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        let reason = match error.classify() {
            Category::Eof => "the text ends too early",
            Category::Data => {
                "a field has another type or form than OTLP gives it (objects where messages are, \
                 ids in hex, enumerations as numbers, 64-bit integers as numbers or strings, bytes in base64)"
            }
            Category::Syntax | Category::Io => "not JSON, or nested too deeply,",
        };
        Self {
            reason,
            line: error.line(),
            column: error.column(),
        }
    }
}

pub(super) fn traces(body: &[u8]) -> Result<ExportTraceServiceRequest, JsonError> {
    let request: traces::Request = serde_json::from_slice(body)?;
    Ok(request.into())
}

pub(super) fn logs(body: &[u8]) -> Result<ExportLogsServiceRequest, JsonError> {
    let request: logs::Request = serde_json::from_slice(body)?;
    Ok(request.into())
}

/// Metrics are not kept, so only their outermost shape is looked at.
pub(super) fn check_metrics(body: &[u8]) -> Result<(), JsonError> {
    #[derive(Deserialize)]
    struct Request {
        #[serde(rename = "resourceMetrics")]
        _resource_metrics: Option<Vec<IgnoredAny>>,
    }
    serde_json::from_slice::<Request>(body)?;
    Ok(())
}

/// An absent, null or present list of `T`, as the list of `U` it stands for.
fn list<T: Into<U>, U>(items: Option<Vec<T>>) -> Vec<U> {
    items
        .unwrap_or_default()
        .into_iter()
        .map(Into::into)
        .collect()
}
