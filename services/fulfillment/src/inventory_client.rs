//! We ask inventory to reserve an order's stock, over gRPC with a deadline.

use std::time::Duration;

use contracts::OrderCreated;
use contracts::inventory::inventory_client::InventoryClient as Stub;
use contracts::inventory::{ReserveStockRequest, StockLine};
use http::Uri;
use shared_telemetry::grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::order::{OrderState, Outcome};

/// Inventory, over gRPC. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct InventoryClient {
    stub: Stub<grpc::Client<Channel>>,
    deadline: Duration,
}

/// A connection is asked for a sign of life this often, unless the deadline is longer.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Inventory has said nothing about the order: it may be asked again.
#[derive(Debug, thiserror::Error)]
#[error("inventory does not answer: {} {}", code_name(.0.code()), .0.message())]
pub(crate) struct NoAnswer(Status);

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

    /// Reserves the order's lines, all or none. Asking twice changes nothing.
    ///
    /// # Errors
    /// [`NoAnswer`] for every status that is about inventory and not about the order: an order
    /// that a customer was promised is not given up because a server was being restarted.
    pub(crate) async fn reserve(&self, order: &OrderCreated) -> Result<Outcome, NoAnswer> {
        let line = |line: &contracts::Line| StockLine {
            sku: line.sku.clone(),
            quantity: line.quantity,
        };
        let mut request = Request::new(ReserveStockRequest {
            order_id: order.order_id.clone(),
            lines: order.lines.iter().map(line).collect(),
        });
        request.set_timeout(self.deadline);
        let ended = |state, reason| Outcome { state, reason };
        match self.stub.clone().reserve_stock(request).await {
            Ok(_) => Ok(ended(OrderState::Reserved, None)),
            Err(status) => match status.code() {
                Code::FailedPrecondition => Ok(ended(
                    OrderState::OutOfStock,
                    Some(status.message().to_owned()),
                )),
                Code::NotFound | Code::InvalidArgument => {
                    Ok(ended(OrderState::Failed, Some(status.message().to_owned())))
                }
                _ => Err(NoAnswer(status)),
            },
        }
    }
}

/// `Unavailable`: the code's own name, not its description.
fn code_name(code: Code) -> String {
    format!("{code:?}")
}
