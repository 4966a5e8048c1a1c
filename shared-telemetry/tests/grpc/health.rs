//! A small gRPC service, the standard health check, whose answer is chosen by the request.

use std::net::SocketAddr;
use std::pin::Pin;

use futures_util::Stream;
use shared_telemetry::grpc::{Client, ServerLayer};
use shared_telemetry::task;
use shared_telemetry::testing::recorder;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

pub(crate) const CHECK: &str = "grpc.health.v1.Health/Check";
pub(crate) const WATCH: &str = "grpc.health.v1.Health/Watch";

struct Answers;

#[tonic::async_trait]
impl Health for Answers {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        tracing::info_span!("look_up").in_scope(|| ());
        match request.get_ref().service.as_str() {
            "missing" => Err(Status::not_found("no service of that name")),
            "broken" => Err(Status::internal("the register is broken")),
            "slow" => std::future::pending().await,
            _ => Ok(Response::new(HealthCheckResponse { status: 1 })),
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// One good answer, and then the failure: the status is in the trailers.
    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let answers = [
            Ok(HealthCheckResponse { status: 1 }),
            Err(Status::internal("it broke on the way")),
        ];
        Ok(Response::new(Box::pin(futures_util::stream::iter(answers))))
    }
}

/// Serves on a free port until the test's runtime ends.
pub(crate) async fn serve() -> SocketAddr {
    let _recorder = recorder();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = Server::builder()
        .layer(ServerLayer::new())
        .add_service(HealthServer::new(Answers));
    task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

pub(crate) fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint::from_shared(format!("http://{address}")).expect("a legal URL")
}

pub(crate) fn client(address: SocketAddr) -> HealthClient<Client<Channel>> {
    let origin = format!("http://{address}").parse().expect("a legal URL");
    HealthClient::with_origin(Client::new(endpoint(address).connect_lazy()), origin)
}

pub(crate) fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}
