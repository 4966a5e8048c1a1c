//! The faults that a caller may ask of inventory: see `contracts::fault`. They meet reservations;
//! a release always works, so that what a fault has spoilt can be put right.

use std::time::Duration;

use contracts::{Fault, Faults};
use tokio::time::sleep;

use crate::stock::{Line, Refusal, Reservation};

/// Stands out in any waterfall, and is less than fulfillment waits.
const DELAY: Duration = Duration::from_secs(2);

/// The call fails because it asked to.
#[derive(Debug, thiserror::Error)]
#[error("the request asked for the fault inventory.error")]
pub(crate) struct AskedFor;

/// Lets happen what the call asks for before it reaches the stock.
pub(crate) async fn meet(faults: Faults) -> Result<(), AskedFor> {
    if faults.asked(Fault::InventorySlow) {
        sleep(DELAY).await;
    }
    if faults.asked(Fault::InventoryError) {
        return Err(AskedFor);
    }
    Ok(())
}

/// The refusal of a warehouse that has nothing left, when the call asks for it.
pub(crate) fn out_of_stock(faults: Faults, reservation: &Reservation) -> Option<Refusal> {
    let Line { sku, quantity } = reservation.lines().iter().next()?;
    let shortage = Refusal::Shortage {
        sku: sku.clone(),
        wanted: *quantity,
        left: 0,
    };
    faults.asked(Fault::InventoryOutOfStock).then_some(shortage)
}
