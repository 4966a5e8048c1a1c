//! The OTLP receiver: one path for both transports and both encodings, from bytes to the answer.

mod budget;
mod convert;
mod document;
pub(crate) mod grpc;
pub(crate) mod http;
mod ingest;
mod json;
mod response;

use std::{fmt, time::Duration};

use prost::Message;
use shared_telemetry::otlp::proto::collector::{
    logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest,
};

use crate::store::SharedStore;
use budget::Unfit;
pub(crate) use document::Document;
use response::Outcome;

/// The largest body or message, after decompression.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Exports one listener works on at the same time: a large body is several times larger in memory.
const MAX_IN_FLIGHT: usize = 16;
/// How long one export may take, the reading of its body included.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Protobuf,
    Json,
}

/// A body that is not what its path and content type say.
#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error("the body is not an OTLP {0} request in protobuf: {1}")]
    Protobuf(Signal, prost::DecodeError),
    #[error("the body is not an OTLP {0} request in JSON: {1}")]
    Json(Signal, json::JsonError),
    #[error("the OTLP {0} request in the body is not decoded: {unfit}", unfit = Unfit::TooLarge)]
    TooLarge(Signal),
}

impl Malformed {
    fn json(signal: Signal, error: json::JsonError) -> Self {
        match error {
            json::JsonError::TooLarge => Self::TooLarge(signal),
            error => Self::Json(signal, error),
        }
    }
}

/// Takes one export request and gives the encoded response. A malformed request changes nothing.
fn receive(
    store: &SharedStore,
    signal: Signal,
    encoding: Encoding,
    body: &[u8],
) -> Result<Vec<u8>, Malformed> {
    let outcome = match signal {
        Signal::Traces => ingest::traces(store, decode_traces(encoding, body)?),
        Signal::Logs => ingest::logs(store, decode_logs(encoding, body)?),
        Signal::Metrics => {
            check_metrics(encoding, body)?;
            Outcome::default()
        }
    };
    Ok(outcome.encode(signal, encoding))
}

fn decode_traces(encoding: Encoding, body: &[u8]) -> Result<ExportTraceServiceRequest, Malformed> {
    match encoding {
        Encoding::Protobuf => protobuf(Signal::Traces, &budget::TRACES, body),
        Encoding::Json => {
            json::traces(body).map_err(|error| Malformed::json(Signal::Traces, error))
        }
    }
}

fn decode_logs(encoding: Encoding, body: &[u8]) -> Result<ExportLogsServiceRequest, Malformed> {
    match encoding {
        Encoding::Protobuf => protobuf(Signal::Logs, &budget::LOGS, body),
        Encoding::Json => json::logs(body).map_err(|error| Malformed::json(Signal::Logs, error)),
    }
}

/// Metrics are accepted, so that an exporter of all three signals is content, and not kept.
fn check_metrics(encoding: Encoding, body: &[u8]) -> Result<(), Malformed> {
    match encoding {
        Encoding::Protobuf => fits(Signal::Metrics, &budget::METRICS, body),
        Encoding::Json => {
            json::check_metrics(body).map_err(|error| Malformed::json(Signal::Metrics, error))
        }
    }
}

fn protobuf<T: Message + Default>(
    signal: Signal,
    shape: &'static budget::Shape,
    body: &[u8],
) -> Result<T, Malformed> {
    fits(signal, shape, body)?;
    T::decode(body).map_err(|error| Malformed::Protobuf(signal, error))
}

fn fits(signal: Signal, shape: &'static budget::Shape, body: &[u8]) -> Result<(), Malformed> {
    budget::check(body, shape).map_err(|unfit| match unfit {
        Unfit::NotProtobuf(error) => Malformed::Protobuf(signal, error),
        Unfit::TooLarge => Malformed::TooLarge(signal),
    })
}
