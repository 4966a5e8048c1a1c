//! What an exporter is told: all kept, some refused and why, or a `google.rpc.Status`.

use std::collections::HashMap;

use prost::Message;
use serde::Serialize;

use crate::store::Refusal;

use super::{Encoding, Signal};

/// gRPC's INVALID_ARGUMENT, as a `google.rpc.Status` carries it.
pub(super) const INVALID_ARGUMENT: i32 = 3;
/// gRPC's RESOURCE_EXHAUSTED.
pub(super) const RESOURCE_EXHAUSTED: i32 = 8;

/// How many of a request's items were refused, by reason.
#[derive(Default)]
pub(super) struct Outcome(HashMap<Refusal, i64>);

impl Outcome {
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        *self.0.entry(refusal).or_default() += 1;
    }

    /// The response in the request's encoding; partial success is told only where it happened.
    pub(super) fn encode(&self, signal: Signal, encoding: Encoding) -> Vec<u8> {
        let partial_success = (!self.0.is_empty()).then(|| PartialSuccess {
            rejected: self.0.values().sum(),
            error_message: self.message(),
        });
        match encoding {
            Encoding::Protobuf => ExportResponse { partial_success }.encode_to_vec(),
            Encoding::Json => json_response(signal, partial_success),
        }
    }

    fn message(&self) -> String {
        let mut reasons: Vec<String> = self
            .0
            .iter()
            .map(|(refusal, count)| format!("{count} refused: {refusal}"))
            .collect();
        reasons.sort();
        reasons.join("; ")
    }
}

/// The three services' responses, which differ in names only and not on the wire.
#[derive(Clone, PartialEq, Message)]
struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

fn json_response(signal: Signal, partial_success: Option<PartialSuccess>) -> Vec<u8> {
    let Some(PartialSuccess {
        rejected,
        error_message,
    }) = partial_success
    else {
        return b"{}".to_vec();
    };
    let rejected_name = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
        Signal::Metrics => "rejectedDataPoints",
    };
    serde_json::json!({
        "partialSuccess": { rejected_name: rejected.to_string(), "errorMessage": error_message }
    })
    .to_string()
    .into_bytes()
}

/// `google.rpc.Status`, the body of an OTLP/HTTP error.
#[derive(Clone, PartialEq, Message, Serialize)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

impl RpcStatus {
    pub(super) fn encode_as(&self, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Protobuf => self.encode_to_vec(),
            Encoding::Json => serde_json::json!(self).to_string().into_bytes(),
        }
    }
}
