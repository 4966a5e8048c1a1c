//! Spans to a collector: encoded by us where we can, by `opentelemetry-otlp` where it does more.
//!
//! Only the encoding is ours, and over gRPC what sends it. Queues, counts and the end of the program
//! are the same for both, and the rules of redaction and limits too.

mod grpc;
mod http;
mod retry;

use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::SpanData;

use super::encode::Encoder;
use crate::config::{OtlpProtocol, Settings, SpanEncoder};
use crate::distinct::Distinct;
use crate::limits::LengthLimited;
use crate::redact::Redacted;
use crate::tracer::Flagged;
use grpc::Grpc;
use http::Http;

/// An exporter of spans.
#[derive(Debug)]
pub(super) enum Sender {
    /// What is around it is done to a span first, from the outside in.
    Stock(Redacted<LengthLimited<Flagged<Distinct<SpanExporter>>>>),
    Grpc(Box<Encoder>, Grpc),
    Http(Box<Encoder>, Http),
}

impl Sender {
    /// As `settings` say. To be called on the runtime that it will work on.
    pub(super) fn new(settings: &Settings) -> Result<Self, ExporterBuildError> {
        let longest_value = settings.limits.value_length;
        Ok(match (&settings.span_encoder, settings.traces_protocol) {
            (SpanEncoder::Stock, _) => {
                let exporter = Flagged(Distinct::new(SpanExporter::builder().build()?));
                Self::Stock(Redacted(LengthLimited::new(exporter, longest_value)))
            }
            (SpanEncoder::Own(to), OtlpProtocol::Grpc) => {
                Self::Grpc(Box::new(Encoder::new(longest_value)), Grpc::new(to)?)
            }
            (SpanEncoder::Own(to), OtlpProtocol::HttpProtobuf) => {
                Self::Http(Box::new(Encoder::new(longest_value)), Http::new(to)?)
            }
        })
    }
}

impl opentelemetry_sdk::trace::SpanExporter for Sender {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        match self {
            Self::Stock(exporter) => exporter.export(batch).await,
            Self::Grpc(encoder, grpc) => {
                let request = encoder.request(&mut batch);
                // Their memory is not needed while somebody waits for an answer.
                drop(batch);
                grpc.send(request.into()).await
            }
            Self::Http(encoder, http) => {
                let request = encoder.request(&mut batch);
                drop(batch);
                http.send(request.into()).await
            }
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        match self {
            Self::Stock(exporter) => exporter.set_resource(resource),
            Self::Grpc(encoder, _) | Self::Http(encoder, _) => encoder.set_resource(resource),
        }
    }
}
