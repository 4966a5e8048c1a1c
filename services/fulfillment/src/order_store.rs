//! What fulfillment remembers: each order once, in its final state.

mod migrations;
mod postgres;
mod rows;
mod sqlite;
mod statements;
#[cfg(test)]
mod tests;

use crate::order::Order;

pub use postgres::PostgresOrderStore;
pub use sqlite::SqliteOrderStore;

/// Orders, whichever database keeps them.
pub trait OrderStore: Clone + Send + Sync + 'static {
    /// The order, if it has ended.
    fn find(&self, id: &str) -> impl Future<Output = Result<Option<Order>, StoreError>> + Send;

    /// Records an order that has ended. One that is recorded stays as it is: then the answer is
    /// `false`.
    fn record(&self, order: &Order) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The dead letter of a failed order is with the broker.
    fn dead_letter_sent(&self, id: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets a failed order whose dead letter was sent, so that it can be tried once more.
    /// `false` when there is none.
    fn forget_failed(&self, id: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Notes that the process is about to end in the middle of this order, within that trace.
    fn note_crash(
        &self,
        id: &str,
        trace_id: Option<&str>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The noted crash in the middle of this order, if there was one.
    fn crash(&self, id: &str) -> impl Future<Output = Result<Option<Crash>, StoreError>> + Send;

    /// Whether the database answers. Untraced: it is asked by probes.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lets go of the database once all statements are done. Closes the spans that its threads
    /// still hold, too, so it comes before the last flush.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// An end in the middle of an order that its caller had asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// The trace that ended there; `None` when it was not traced.
    pub trace_id: Option<String>,
}

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the order database does not answer")]
pub struct StoreError(#[from] sqlx::Error);

impl StoreError {
    /// True when the database answers and it is this order that it does not take: with another
    /// one it would go well.
    #[must_use]
    pub fn is_about_the_order(&self) -> bool {
        database::refuses_the_data(&self.0)
    }
}
