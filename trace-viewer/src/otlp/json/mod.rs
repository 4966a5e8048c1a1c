//! OTLP JSON, read into the same messages as protobuf.
//!
//! It is the proto3 JSON mapping with exceptions (hex ids, enumerations as numbers), and more
//! tolerant than a plain serde reading: any field may be absent or null, unknown ones are ignored,
//! 64-bit integers are strings or numbers, and non-finite doubles are strings.

mod attributes;
mod list;
mod logs;
mod scalar;
mod traces;

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::error::Category;
use shared_telemetry::otlp::proto::collector::{
    logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest,
};

use super::budget::Unfit;

/// Why a body was not read. The offending text is left out: it may be anyone's secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum JsonError {
    #[error("{reason} at line {line} column {column}")]
    NotOtlp {
        reason: &'static str,
        line: usize,
        column: usize,
    },
    #[error("{}", Unfit::TooLarge)]
    TooLarge,
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
        Self::NotOtlp {
            reason,
            line: error.line(),
            column: error.column(),
        }
    }
}

pub(super) fn traces(body: &[u8]) -> Result<ExportTraceServiceRequest, JsonError> {
    Ok(read::<traces::Request>(body)?.into())
}

pub(super) fn logs(body: &[u8]) -> Result<ExportLogsServiceRequest, JsonError> {
    Ok(read::<logs::Request>(body)?.into())
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

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, JsonError> {
    let read = list::within_budget(|| serde_json::from_slice(body));
    Ok(read.ok_or(JsonError::TooLarge)??)
}
