//! Reserving and releasing, step by step: the same in every database.

use shared_telemetry::sql::Statement;

use super::statements::{
    DELETE_LINES, GIVE_STOCK, INSERT_RELEASED, INSERT_RESERVATION, RELEASE_RESERVATION,
    RESERVE_RELEASED, SELECT_STOCK, TAKE_STOCK,
};
use super::{ReserveError, StoreError};
use crate::stock::{Line, Refusal, Reservation, Reserved};

/// The state of an order whose lines were given back.
const RELEASED: &str = "released";

/// How many units there are, as a row has it.
pub(super) type StockRow = (i64,);

/// One transaction in a stock database.
pub(super) trait Steps: Send {
    /// How many rows `statement` changes for the order.
    fn change(
        &mut self,
        statement: &'static Statement,
        order_id: &str,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// How many rows `statement` changes for an article and a number of units.
    fn move_stock(
        &mut self,
        statement: &'static Statement,
        sku: &str,
        units: i64,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Writes down what an order has taken.
    fn write_line(
        &mut self,
        order_id: &str,
        sku: &str,
        units: i64,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// The article's row, as `statement` reads it.
    fn stock(
        &mut self,
        statement: &'static Statement,
        sku: &str,
    ) -> impl Future<Output = Result<Option<StockRow>, sqlx::Error>> + Send;

    /// What became of an order that was here before.
    fn state(&mut self, order_id: &str)
    -> impl Future<Output = Result<String, sqlx::Error>> + Send;

    /// What the order has taken.
    fn lines(
        &mut self,
        order_id: &str,
    ) -> impl Future<Output = Result<Vec<(String, i64)>, sqlx::Error>> + Send;
}

/// Reserves the order. To be kept only when the answer is [`Reserved::Now`].
pub(super) async fn reserve(
    steps: &mut impl Steps,
    reservation: &Reservation,
) -> Result<Reserved, ReserveError> {
    let order_id = reservation.order_id();
    let inserted = steps.change(&INSERT_RESERVATION, order_id).await? == 1;
    if !inserted && !begins_anew(steps, reservation).await? {
        return Ok(Reserved::Before);
    }
    for line in reservation.lines().iter() {
        let units = i64::from(line.quantity);
        if steps.move_stock(&TAKE_STOCK, &line.sku, units).await? == 0 {
            let row = steps.stock(&SELECT_STOCK, &line.sku).await?;
            return Err(why_not(line, available(row)?).into());
        }
        steps.write_line(order_id, &line.sku, units).await?;
    }
    Ok(Reserved::Now)
}

/// Whether an order that was here before is to take its lines: it was released, and is asked for
/// anew. False for one that is reserved.
async fn begins_anew(
    steps: &mut impl Steps,
    reservation: &Reservation,
) -> Result<bool, ReserveError> {
    let order_id = reservation.order_id();
    if !reservation.is_anew() {
        if steps.state(order_id).await? == RELEASED {
            return Err(Refusal::Released(order_id.to_owned()).into());
        }
        return Ok(false);
    }
    if steps.change(&RESERVE_RELEASED, order_id).await? == 0 {
        return Ok(false);
    }
    steps.change(&DELETE_LINES, order_id).await?;
    Ok(true)
}

/// Gives back what the order has taken, or notes that it may take nothing. The answer tells
/// whether it had taken something; what was done is to be kept either way.
pub(super) async fn release(steps: &mut impl Steps, order_id: &str) -> Result<bool, StoreError> {
    if steps.change(&RELEASE_RESERVATION, order_id).await? == 0 {
        if steps.change(&INSERT_RELEASED, order_id).await? == 1 {
            return Ok(false);
        }
        // There is a row, then: an old one of a released order, or one that was not committed yet
        // when it was looked for first, and the insertion has waited for it.
        if steps.change(&RELEASE_RESERVATION, order_id).await? == 0 {
            return Ok(false);
        }
    }
    for (sku, units) in steps.lines(order_id).await? {
        steps.move_stock(&GIVE_STOCK, &sku, units).await?;
    }
    Ok(true)
}

/// The number of units in a row.
pub(super) fn available(row: Option<StockRow>) -> Result<Option<u64>, sqlx::Error> {
    row.map(|(available,)| u64::try_from(available))
        .transpose()
        .map_err(|_| sqlx::Error::Decode("available is below zero".into()))
}

/// Where others write at the same time, the units may be back by now: still a refusal, for they
/// were not there when they were asked for.
fn why_not(line: &Line, available: Option<u64>) -> Refusal {
    line.refusal(available)
        .unwrap_or_else(|| Refusal::Shortage {
            sku: line.sku.clone(),
            wanted: line.quantity,
            left: 0,
        })
}
