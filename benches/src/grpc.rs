//! A unary gRPC call, from the stub to the service and back, without a socket between.

use std::hint::black_box;
use std::pin::Pin;

use shared_telemetry::grpc::{Client, ServerLayer};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::tokio_stream::Empty;
use tonic::codegen::{Body as HttpBody, Bytes, StdError};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::Layer as _;

/// Always well.
#[derive(Debug, Clone, Copy)]
pub struct Well;

#[tonic::async_trait]
impl Health for Well {
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse { status: 1 }))
    }

    type WatchStream = Pin<Box<Empty<Result<HealthCheckResponse, Status>>>>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("nobody watches"))
    }
}

/// Calls it that often.
///
/// # Panics
/// Where a call fails.
pub fn call<T>(service: T, rounds: u32)
where
    T: GrpcService<Body>,
    T::Error: Into<StdError>,
    T::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    let origin = http::Uri::from_static("http://inventory.example:50051");
    let mut client = HealthClient::with_origin(service, origin);
    crate::block_on(async {
        for _ in 0..rounds {
            let request = HealthCheckRequest {
                service: "inventory".to_owned(),
            };
            let answer = client.check(request).await;
            black_box(answer.expect("it is well"));
        }
    });
}

/// The service as tonic makes it.
#[must_use]
pub fn server() -> HealthServer<Well> {
    HealthServer::new(Well)
}

/// Neither side is traced.
pub fn bare(rounds: u32) {
    call(server(), rounds);
}

/// A CLIENT span and a SERVER span.
pub fn ours(rounds: u32) {
    call(Client::new(ServerLayer::new().layer(server())), rounds);
}
