//! Others ask us over gRPC: `inventory.v1.Inventory`, as `contracts` describes it.

use contracts::Faults;
use contracts::inventory::inventory_server::{Inventory, InventoryServer};
use contracts::inventory::{
    CheckAvailabilityRequest, CheckAvailabilityResponse, ReleaseStockRequest, ReleaseStockResponse,
    ReserveStockRequest, ReserveStockResponse, StockLine,
};
use tonic::{Request, Response, Status};

use crate::fault::AskedFor;
use crate::stock::{InvalidRequest, Line, Lines, Refusal, Reservation, Reserved};
use crate::stock_store::{ReserveError, StockStore, StoreError};
use crate::{fault, stock, telemetry};

/// As much as the HTTP listeners take: thousands of lines.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

pub(crate) fn service<S: StockStore>(store: S, faults: Faults) -> InventoryServer<Desk<S>> {
    InventoryServer::new(Desk { store, faults }).max_decoding_message_size(MAX_REQUEST_BYTES)
}

/// Takes the calls.
#[derive(Debug)]
pub(crate) struct Desk<S> {
    store: S,
    faults: Faults,
}

impl<S: StockStore> Desk<S> {
    async fn reserve(&self, reservation: &Reservation) -> Result<Reserved, ReserveError> {
        match fault::out_of_stock(self.faults, reservation) {
            Some(refusal) => Err(refusal.into()),
            None => self.store.reserve(reservation).await,
        }
    }
}

#[tonic::async_trait]
impl<S: StockStore> Inventory for Desk<S> {
    async fn reserve_stock(
        &self,
        request: Request<ReserveStockRequest>,
    ) -> Result<Response<ReserveStockResponse>, Status> {
        let ReserveStockRequest {
            order_id,
            lines,
            allow_released,
        } = request.into_inner();
        let reservation = Reservation::new(order_id, wanted(lines)).map_err(invalid)?;
        let reservation = reservation.with_anew(allow_released);
        fault::meet(self.faults).await.map_err(asked_for)?;
        let reserved = self.reserve(&reservation);
        match telemetry::reserve_inventory(&reservation, reserved).await {
            Ok(reserved) => {
                let already_reserved = reserved == Reserved::Before;
                Ok(Response::new(ReserveStockResponse { already_reserved }))
            }
            Err(ReserveError::Refused(refusal)) => Err(refused(&refusal)),
            Err(ReserveError::Store(error)) => Err(not_reserved(&error)),
        }
    }

    async fn release_stock(
        &self,
        request: Request<ReleaseStockRequest>,
    ) -> Result<Response<ReleaseStockResponse>, Status> {
        let ReleaseStockRequest { order_id } = request.into_inner();
        // An id that no order can have needs no note that its order was released.
        let released = match stock::check_order_id(&order_id) {
            Ok(()) => self.store.release(&order_id).await,
            Err(_) => Ok(false),
        };
        let released = released.map_err(|error| broken(&error))?;
        telemetry::released(&order_id, released);
        Ok(Response::new(ReleaseStockResponse { released }))
    }

    async fn check_availability(
        &self,
        request: Request<CheckAvailabilityRequest>,
    ) -> Result<Response<CheckAvailabilityResponse>, Status> {
        let lines = Lines::new(wanted(request.into_inner().lines)).map_err(invalid)?;
        let mut missing = Vec::new();
        for line in lines.iter() {
            let available = self
                .store
                .available(&line.sku)
                .await
                .map_err(|error| broken(&error))?;
            if let Some(Line { sku, quantity }) = line.shortage(available) {
                missing.push(StockLine { sku, quantity });
            }
        }
        telemetry::checked(missing.len());
        Ok(Response::new(CheckAvailabilityResponse {
            available: missing.is_empty(),
            missing,
        }))
    }
}

fn wanted(lines: Vec<StockLine>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|StockLine { sku, quantity }| Line { sku, quantity })
        .collect()
}

fn invalid(error: InvalidRequest) -> Status {
    telemetry::refused(&error);
    Status::invalid_argument(error.to_string())
}

fn asked_for(error: AskedFor) -> Status {
    shared_telemetry::error::record(&error);
    Status::internal(error.to_string())
}

fn refused(refusal: &Refusal) -> Status {
    match refusal {
        Refusal::UnknownSku(_) => Status::not_found(refusal.to_string()),
        Refusal::Shortage { .. } | Refusal::Released(_) => {
            Status::failed_precondition(refusal.to_string())
        }
    }
}

/// A call that fails outside the span `reserve_inventory`, which tells of its own failures.
fn broken(error: &StoreError) -> Status {
    shared_telemetry::error::record(error);
    telemetry::refused(error);
    unavailable(error)
}

/// Nothing was changed. Whether trying again is right depends on what the database minds.
fn not_reserved(error: &StoreError) -> Status {
    if error.is_about_the_order() {
        Status::internal("the stock database does not take this order")
    } else {
        unavailable(error)
    }
}

/// Nothing was changed, and trying again is right.
fn unavailable(error: &StoreError) -> Status {
    Status::unavailable(error.to_string())
}
