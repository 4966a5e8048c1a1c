//! OTLP over HTTP, of requests that are bytes already.

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::SpanExporter as _;

use crate::config::OtlpTarget;

tokio::task_local! {
    /// What the export of this task sends.
    static REQUEST: Bytes;
}

/// OTLP specification, "OTLP/HTTP Request": what a server has to accept at the least.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The stock exporter with other contents: it exports no spans at all, and its client puts our
/// bytes in the place of its own. Where to, which headers, what is tried again and when, all that
/// stays its own.
#[derive(Debug)]
pub(in crate::export) struct Http(SpanExporter);

impl Http {
    pub(super) fn new(to: &OtlpTarget) -> Result<Self, ExporterBuildError> {
        let client = reqwest::Client::builder().timeout(to.timeout).build();
        let client = client.map_err(|error| {
            ExporterBuildError::InternalFailure(format!("there is no HTTP client: {error}"))
        })?;
        let exporter = SpanExporter::builder().with_http();
        Ok(Self(exporter.with_http_client(Contents(client)).build()?))
    }

    pub(super) async fn send(&self, request: Bytes) -> OTelSdkResult {
        if request.len() > MOST_BYTES {
            let why = format!("a request of {} bytes is too large", request.len());
            return Err(OTelSdkError::InternalFailure(why));
        }
        REQUEST.scope(request, self.0.export(Vec::new())).await
    }
}

/// Sends the task's own bytes.
#[derive(Debug)]
struct Contents(reqwest::Client);

#[tonic::async_trait]
impl HttpClient for Contents {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let own = REQUEST.try_with(Bytes::clone)?;
        self.0.send_bytes(request.map(|_empty| own)).await
    }
}
