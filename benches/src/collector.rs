//! A collector that only counts, on a free port of this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared_telemetry::otlp::proto::collector::trace::v1 as otlp;
use shared_telemetry::task;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// An export of so many bytes is still taken: one of the peers sends what a second brings at once.
const LARGEST: usize = 64 << 20;

/// What has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Spans.
    pub spans: u64,
    /// Events on them.
    pub events: u64,
}

impl Arrived {
    /// What has come after `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            spans: self.spans - before.spans,
            events: self.events - before.events,
        }
    }
}

/// Counts the spans that it is sent.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    spans: Arc<AtomicU64>,
    events: Arc<AtomicU64>,
}

impl Collector {
    /// Serves until the runtime ends, and says its URL.
    ///
    /// # Panics
    /// Where there is no free port.
    pub async fn serve(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let service = otlp::trace_service_server::TraceServiceServer::new(self)
            .max_decoding_message_size(LARGEST);
        let server = tonic::transport::Server::builder().add_service(service);
        task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        format!("http://{address}")
    }

    /// So far.
    #[must_use]
    pub fn arrived(&self) -> Arrived {
        Arrived {
            spans: self.spans.load(Ordering::Relaxed),
            events: self.events.load(Ordering::Relaxed),
        }
    }
}

#[tonic::async_trait]
impl otlp::trace_service_server::TraceService for Collector {
    async fn export(
        &self,
        request: Request<otlp::ExportTraceServiceRequest>,
    ) -> Result<Response<otlp::ExportTraceServiceResponse>, Status> {
        let resources = request.get_ref().resource_spans.iter();
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        for span in scopes.flat_map(|scope| &scope.spans) {
            self.spans.fetch_add(1, Ordering::Relaxed);
            let events = span.events.len() as u64;
            self.events.fetch_add(events, Ordering::Relaxed);
        }
        Ok(Response::new(otlp::ExportTraceServiceResponse::default()))
    }
}
