//! What fulfillment remembers: each order once, in its final state.

mod migrations;
mod sqlite;

use crate::order::Order;

pub use sqlite::SqliteOrderStore;

/// Orders, whichever database keeps them.
pub trait OrderStore: Clone + Send + Sync + 'static {
    /// The order, if it has ended.
    fn find(&self, id: &str) -> impl Future<Output = Result<Option<Order>, StoreError>> + Send;

    /// Records an order that has ended. One that is recorded stays as it is: then the answer is
    /// `false`.
    fn record(&self, order: &Order) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Whether the database answers. Untraced: it is asked by probes.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the order database does not answer")]
pub struct StoreError(#[from] sqlx::Error);
