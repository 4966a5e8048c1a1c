//! What inventory keeps: the stock and who reserved what of it.

mod chosen;
mod migrations;
mod postgres;
mod sqlite;
mod statements;
mod steps;

use database::OfDatabase;

use crate::stock::{Refusal, Reservation, Reserved};

pub use chosen::ChosenStockStore;
pub use postgres::PostgresStockStore;
pub use sqlite::SqliteStockStore;

/// An SKU and how many of it can be reserved.
pub type StockLevel = (String, i64);

/// Stock and reservations, whichever database keeps them.
pub trait StockStore: Clone + Send + Sync + 'static {
    /// Reserves every line or none, and each order once, whatever else happens at the same time.
    /// An order that was released is refused, unless it is asked for anew.
    fn reserve(
        &self,
        reservation: &Reservation,
    ) -> impl Future<Output = Result<Reserved, ReserveError>> + Send;

    /// Gives the order's lines back. False when there was nothing to give back; the order counts
    /// as released all the same, so that a reservation which comes too late is refused.
    fn release(&self, order_id: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// How many of `sku` can be reserved; `None` for an unknown one.
    fn available(&self, sku: &str) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// How many of each article can be reserved, of a thousand articles at most. Untraced: it is
    /// asked by the clock.
    fn levels(&self) -> impl Future<Output = Result<Vec<StockLevel>, StoreError>> + Send;

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

impl StoreError {
    /// True when the database answers and it is this order that it does not take: with another
    /// one it would go well.
    #[must_use]
    pub fn is_about_the_order(&self) -> bool {
        database::refuses_the_data(&self.0)
    }
}

impl OfDatabase for ReserveError {
    fn of_database(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Refused(_) => None,
            Self::Store(error) => error.of_database(),
        }
    }
}

impl OfDatabase for StoreError {
    fn of_database(&self) -> Option<&sqlx::Error> {
        Some(&self.0)
    }
}
