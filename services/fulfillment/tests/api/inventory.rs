//! A stub of inventory.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::serve::Listener;
use contracts::inventory::inventory_server::{Inventory, InventoryServer};
use contracts::inventory::{
    CheckAvailabilityRequest, CheckAvailabilityResponse, ReleaseStockRequest, ReleaseStockResponse,
    ReserveStockRequest, ReserveStockResponse,
};
use futures_util::stream;
use shared_telemetry::task;
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tonic::{Code, Request, Response, Status};

/// Reserves everything, but: `NONE-LEFT` is out of stock, `NO-SUCH` is unknown.
#[derive(Clone, Default)]
pub(crate) struct StubInventory {
    /// Order ids in the order of the calls.
    calls: Arc<Mutex<Vec<String>>>,
    reserved: Arc<Mutex<HashSet<String>>>,
    /// Answered instead, until it is taken away.
    refusal: Arc<Mutex<Option<Code>>>,
    /// Nobody is answered before so many ask.
    crowd: Arc<Mutex<Option<Arc<Barrier>>>>,
}

impl StubInventory {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn refuse_with(&self, code: Option<Code>) {
        *self.refusal.lock().unwrap() = code;
    }

    pub(crate) fn wait_for_a_crowd_of(&self, count: usize) {
        *self.crowd.lock().unwrap() = Some(Arc::new(Barrier::new(count)));
    }

    pub(crate) fn serve(&self, listener: TcpListener) {
        let server = tonic::transport::Server::builder()
            .add_service(InventoryServer::new(self.clone()))
            .serve_with_incoming(stream::unfold(listener, async |mut listener| {
                let (connection, _) = Listener::accept(&mut listener).await;
                Some((Ok::<_, std::io::Error>(connection), listener))
            }));
        task::spawn(server);
    }
}

/// A port that takes connections and says nothing, until somebody serves on it.
pub(crate) async fn silent_port() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

#[tonic::async_trait]
impl Inventory for StubInventory {
    async fn reserve_stock(
        &self,
        request: Request<ReserveStockRequest>,
    ) -> Result<Response<ReserveStockResponse>, Status> {
        let ReserveStockRequest { order_id, lines } = request.into_inner();
        self.calls.lock().unwrap().push(order_id.clone());
        let crowd = self.crowd.lock().unwrap().clone();
        if let Some(crowd) = crowd {
            crowd.wait().await;
        }
        if let Some(code) = *self.refusal.lock().unwrap() {
            return Err(Status::new(code, "out of order"));
        }
        match lines[0].sku.as_str() {
            "NONE-LEFT" => Err(Status::failed_precondition("0 of NONE-LEFT are left")),
            "NO-SUCH" => Err(Status::not_found("there is no article NO-SUCH")),
            _ => {
                let already_reserved = !self.reserved.lock().unwrap().insert(order_id);
                Ok(Response::new(ReserveStockResponse { already_reserved }))
            }
        }
    }

    async fn release_stock(
        &self,
        _: Request<ReleaseStockRequest>,
    ) -> Result<Response<ReleaseStockResponse>, Status> {
        Err(Status::unimplemented("not by this stub"))
    }

    async fn check_availability(
        &self,
        _: Request<CheckAvailabilityRequest>,
    ) -> Result<Response<CheckAvailabilityResponse>, Status> {
        Err(Status::unimplemented("not by this stub"))
    }
}
