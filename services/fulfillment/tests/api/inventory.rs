//! A stub of inventory.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// Reserves everything, but: `NONE-LEFT` is out of stock, `NO-SUCH` is unknown, on `BREAKS` it
/// reserves and then fails, on `AWAY` it is unavailable, on `HANGS` it never answers.
#[derive(Clone, Default)]
pub(crate) struct StubInventory {
    /// Order ids in the order of the calls.
    calls: Arc<Mutex<Vec<String>>>,
    reserved: Arc<Mutex<HashSet<String>>>,
    /// Order ids that are refused unless they are asked for anew.
    given_up: Arc<Mutex<HashSet<String>>>,
    /// Order ids in the order of the calls that asked for one anew.
    asked_anew: Arc<Mutex<Vec<String>>>,
    /// Order ids whose stock was given back.
    released: Arc<Mutex<Vec<String>>>,
    /// `BREAKS`, `AWAY` and `HANGS` are articles like others now.
    mended: Arc<AtomicBool>,
    /// Answered instead, until it is taken away.
    refusal: Arc<Mutex<Option<Code>>>,
    /// Nobody is answered before so many ask.
    crowd: Arc<Mutex<Option<Arc<Barrier>>>>,
}

impl StubInventory {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// Orders that hold stock.
    pub(crate) fn reserved(&self) -> HashSet<String> {
        self.reserved.lock().unwrap().clone()
    }

    pub(crate) fn asked_anew(&self) -> Vec<String> {
        self.asked_anew.lock().unwrap().clone()
    }

    pub(crate) fn released(&self) -> Vec<String> {
        self.released.lock().unwrap().clone()
    }

    pub(crate) fn mend(&self) {
        self.mended.store(true, Ordering::Relaxed);
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
        let ReserveStockRequest {
            order_id,
            lines,
            allow_released,
        } = request.into_inner();
        self.calls.lock().unwrap().push(order_id.clone());
        if allow_released {
            self.asked_anew.lock().unwrap().push(order_id.clone());
        }
        let crowd = self.crowd.lock().unwrap().clone();
        if let Some(crowd) = crowd {
            crowd.wait().await;
        }
        if let Some(code) = *self.refusal.lock().unwrap() {
            return Err(Status::new(code, "out of order"));
        }
        let given_up = !allow_released && self.given_up.lock().unwrap().contains(&order_id);
        if given_up {
            return Err(Status::failed_precondition("was released before"));
        }
        self.given_up.lock().unwrap().remove(&order_id);
        let mended = self.mended.load(Ordering::Relaxed);
        match lines[0].sku.as_str() {
            "AWAY" if !mended => Err(Status::unavailable("for this one only")),
            "HANGS" if !mended => std::future::pending().await,
            "BREAKS" if !mended => {
                self.reserved.lock().unwrap().insert(order_id);
                Err(Status::internal("tripped over tok_secret"))
            }
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
        request: Request<ReleaseStockRequest>,
    ) -> Result<Response<ReleaseStockResponse>, Status> {
        let ReleaseStockRequest { order_id } = request.into_inner();
        let released = self.reserved.lock().unwrap().remove(&order_id);
        self.given_up.lock().unwrap().insert(order_id.clone());
        self.released.lock().unwrap().push(order_id);
        Ok(Response::new(ReleaseStockResponse { released }))
    }

    async fn check_availability(
        &self,
        _: Request<CheckAvailabilityRequest>,
    ) -> Result<Response<CheckAvailabilityResponse>, Status> {
        Err(Status::unimplemented("not by this stub"))
    }
}
