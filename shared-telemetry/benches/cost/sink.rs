//! A collector that only counts spans.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared_telemetry::otlp::proto::collector::trace::v1 as otlp;
use tonic::{Request, Response, Status};

/// Counts the spans that it is sent.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<AtomicU64>);

impl Sink {
    pub(crate) fn spans(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[tonic::async_trait]
impl otlp::trace_service_server::TraceService for Sink {
    async fn export(
        &self,
        request: Request<otlp::ExportTraceServiceRequest>,
    ) -> Result<Response<otlp::ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans;
        let scopes = resources.iter().flat_map(|resource| &resource.scope_spans);
        let spans: usize = scopes.map(|scope| scope.spans.len()).sum();
        self.0.fetch_add(spans as u64, Ordering::Relaxed);
        Ok(Response::new(otlp::ExportTraceServiceResponse::default()))
    }
}
