//! OTLP over gRPC, of requests that are bytes already.

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use std::error::Error as _;
use std::time::Duration;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::retry;
use crate::config::OtlpTarget;

const METHOD: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");

/// A connection to a collector, made when it is needed and again when it was lost.
#[derive(Debug)]
pub(in crate::export) struct Grpc {
    channel: Channel,
    timeout: Duration,
}

impl Grpc {
    pub(super) fn new(to: &OtlpTarget) -> Result<Self, ExporterBuildError> {
        let wrong = |error| ExporterBuildError::InvalidConfiguration(format!("endpoint: {error}"));
        let endpoint = Endpoint::from_shared(to.endpoint.clone()).map_err(wrong)?;
        let name = concat!("shared-telemetry/", env!("CARGO_PKG_VERSION"));
        let endpoint = endpoint.user_agent(name).map_err(wrong)?;
        Ok(Self {
            channel: endpoint.timeout(to.timeout).connect_lazy(),
            timeout: to.timeout,
        })
    }

    /// Sends a request, again where that makes sense, for as long as the timeout says.
    pub(super) async fn send(&self, request: Bytes) -> OTelSdkResult {
        let sent = retry::until(self.timeout, || self.once(request.clone())).await;
        // Without the collector's own words: it may repeat what it was sent.
        sent.map_err(|status| {
            let mut why = format!("gRPC export failed with {:?}", status.code());
            let mut cause = status.source();
            while let Some(error) = cause {
                why.push_str(&format!(": {error}"));
                cause = error.source();
            }
            OTelSdkError::InternalFailure(why)
        })
    }

    async fn once(&self, request: Bytes) -> Result<(), Status> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client
            .ready()
            .await
            .map_err(|error| Status::unknown(error.to_string()))?;
        let answer = client.unary(Request::new(request), METHOD, Raw);
        answer.await.map(|_answer| ())
    }
}

/// Requests as they are. Of the answer nothing is read: a collector that refuses some spans of a
/// batch says so there, and they count as exported, as with the stock exporter.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, request: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.reserve(request.len());
        out.put(request);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, answer: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        answer.advance(answer.remaining());
        Ok(Some(()))
    }
}
