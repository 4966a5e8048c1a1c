//! We ask inventory to reserve an order's stock, or to give it back, over gRPC with a deadline.

use std::time::Duration;

use contracts::OrderCreated;
use contracts::inventory::inventory_client::InventoryClient as Stub;
use contracts::inventory::{ReleaseStockRequest, ReserveStockRequest, StockLine};
use http::Uri;
use shared_telemetry::grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::order::{OrderState, Outcome};
use crate::patience::Blame;

/// Inventory, over gRPC. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct InventoryClient {
    stub: Stub<grpc::Client<Channel>>,
    deadline: Duration,
}

/// A connection is asked for a sign of life this often, unless the deadline is longer.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Inventory has decided nothing about the order: it may be asked again.
#[derive(Debug, thiserror::Error)]
#[error("inventory does not answer: {} {}", code_name(.status.code()), .status.message())]
pub(crate) struct NoAnswer {
    status: Status,
    pub(crate) blame: Blame,
}

impl InventoryClient {
    /// A client that connects when it is first used, and again whenever it must.
    pub(crate) fn new(url: Uri, deadline: Duration) -> Self {
        let origin = url.clone();
        let endpoint = Endpoint::from(url)
            // The deadline of a call begins when there is a connection.
            .connect_timeout(deadline)
            // A peer that vanished closes nothing: without this every try would go the same
            // dead way until TCP gives up, a quarter of an hour later.
            .http2_keep_alive_interval(deadline.max(KEEP_ALIVE))
            .keep_alive_timeout(deadline.max(KEEP_ALIVE))
            .tcp_nodelay(true);
        Self {
            // With the origin, so that the CLIENT span can say where the call went.
            stub: Stub::with_origin(grpc::Client::new(endpoint.connect_lazy()), origin),
            deadline,
        }
    }

    /// Reserves the order's lines, all or none. Asking twice changes nothing. An order whose stock
    /// was given back is out of stock for good, unless it is asked for `anew`.
    ///
    /// # Errors
    /// [`NoAnswer`] for every status that is no decision about the order. The stock may be
    /// reserved all the same: only the answer may be lost.
    pub(crate) async fn reserve(
        &self,
        order: &OrderCreated,
        anew: bool,
    ) -> Result<Outcome, NoAnswer> {
        let line = |line: &contracts::Line| StockLine {
            sku: line.sku.clone(),
            quantity: line.quantity,
        };
        let request = self.request(ReserveStockRequest {
            order_id: order.order_id.clone(),
            lines: order.lines.iter().map(line).collect(),
            allow_released: anew,
        });
        let ended = |state, reason| Ok(Outcome { state, reason });
        match self.stub.clone().reserve_stock(request).await {
            Ok(_) => ended(OrderState::Reserved, None),
            Err(status) => match status.code() {
                Code::FailedPrecondition => {
                    ended(OrderState::OutOfStock, Some(status.message().to_owned()))
                }
                Code::NotFound | Code::InvalidArgument => {
                    ended(OrderState::Failed, Some(status.message().to_owned()))
                }
                code => Err(NoAnswer {
                    status,
                    blame: match code {
                        Code::Internal | Code::Unknown | Code::DataLoss | Code::OutOfRange => {
                            Blame::Order
                        }
                        // Either the order takes too long or inventory hangs.
                        Code::DeadlineExceeded => Blame::Unclear,
                        _ => Blame::Neighbour,
                    },
                }),
            },
        }
    }

    /// Gives back what is reserved for the order, if anything is. Asking twice changes nothing.
    ///
    /// # Errors
    /// [`NoAnswer`]: it may or may not be given back.
    pub(crate) async fn release(&self, order_id: &str) -> Result<(), NoAnswer> {
        let request = self.request(ReleaseStockRequest {
            order_id: order_id.to_owned(),
        });
        let released = self.stub.clone().release_stock(request).await;
        released.map(|_| ()).map_err(|status| NoAnswer {
            status,
            // A release asks nothing of an order but its id: who fails on it fails on any.
            blame: Blame::Neighbour,
        })
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.deadline);
        request
    }
}

/// `Unavailable`: the code's own name, not its description.
fn code_name(code: Code) -> String {
    format!("{code:?}")
}
