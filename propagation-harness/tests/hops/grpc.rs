//! gRPC: `shared_telemetry::grpc::Client` to `grpc::ServerLayer`, over a socket.

use std::sync::{Arc, Mutex};

use contracts::inventory::inventory_client::InventoryClient;
use contracts::inventory::inventory_server::{Inventory, InventoryServer};
use contracts::inventory::{
    CheckAvailabilityRequest, CheckAvailabilityResponse, ReleaseStockRequest, ReleaseStockResponse,
    ReserveStockRequest, ReserveStockResponse,
};
use propagation_harness::{Boundary, Caller, Landing, Observation};
use shared_telemetry::grpc::{Client, ServerLayer};
use shared_telemetry::task;
use shared_telemetry::testing::SpanKind;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic::{Request, Response, Status};

const CHECK: &str = "inventory.v1.Inventory/CheckAvailability";

/// The `traceparent` on the wire, and what was active in the server.
type Arrival = (Option<String>, Landing);

/// What the server saw.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<Arrival>>>);

#[tonic::async_trait]
impl Inventory for Seen {
    async fn check_availability(
        &self,
        request: Request<CheckAvailabilityRequest>,
    ) -> Result<Response<CheckAvailabilityResponse>, Status> {
        let header = request.metadata().get("traceparent");
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        *self.0.lock().unwrap() = Some((header, Landing::here()));
        Ok(Response::new(CheckAvailabilityResponse::default()))
    }

    async fn reserve_stock(
        &self,
        _: Request<ReserveStockRequest>,
    ) -> Result<Response<ReserveStockResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn release_stock(
        &self,
        _: Request<ReleaseStockRequest>,
    ) -> Result<Response<ReleaseStockResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }
}

#[tokio::test]
async fn a_call_carries_everything_to_the_server() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let seen = Seen::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let serve = Server::builder()
            .layer(ServerLayer::new())
            .add_service(InventoryServer::new(seen.clone()))
            .serve_with_incoming(TcpIncoming::from(listener));
        let server = task::spawn(serve);

        let channel = Endpoint::from_shared(endpoint).unwrap().connect_lazy();
        let call = |landing: Landing| async move {
            let mut client = InventoryClient::new(Client::new(channel));
            let request = CheckAvailabilityRequest::default();
            client.check_availability(request).await.unwrap();
            landing
        };
        let sent = caller.run(call).await;
        let (header, landed) = seen.0.lock().unwrap().take().unwrap();

        let hop = Boundary::Grpc;
        hop.sent(&sent, header.as_deref());
        if caller.sampled() {
            let both = |span: &str| {
                let span = span.to_owned();
                move |recorded: &shared_telemetry::testing::TraceTree| {
                    recorded.named(&span).len() == 2 && recorded.has("caller")
                }
            };
            let recorded = observation.recorded_when(both(CHECK)).await;
            hop.ended(&recorded, &SpanKind::Client, CHECK, 1);
            let around = recorded.one("caller", SpanKind::Internal);
            let client = hop.child(&recorded, around, SpanKind::Client, CHECK);
            hop.child(&recorded, client, SpanKind::Server, CHECK);
        }
        hop.landed(&sent, &landed);
        server.abort();
        if !caller.sampled() {
            hop.not_recorded(&observation.recorded(), &["caller", CHECK]);
        }
    }
}
