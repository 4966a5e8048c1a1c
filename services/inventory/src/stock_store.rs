//! What inventory keeps: the stock and who reserved what of it.

mod migrations;
mod sqlite;

use crate::stock::{Refusal, Reservation, Reserved};

pub use sqlite::SqliteStockStore;

/// Stock and reservations, whichever database keeps them.
pub trait StockStore: Clone + Send + Sync + 'static {
    /// Reserves every line or none, and each order once, whatever else happens at the same time.
    fn reserve(
        &self,
        reservation: &Reservation,
    ) -> impl Future<Output = Result<Reserved, ReserveError>> + Send;

    /// Gives the order's lines back. False when there was nothing to give back.
    fn release(&self, order_id: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// How many of `sku` can be reserved; `None` for an unknown one.
    fn available(&self, sku: &str) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Whether the database answers. Untraced: it is asked by probes.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Why an order is not reserved. The stock is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// It cannot be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database did not do what it was asked: it may the next time.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ReserveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the stock database cannot be used at the moment")]
pub struct StoreError(#[from] sqlx::Error);
