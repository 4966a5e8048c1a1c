//! What pricing reads: prices and promotions.

mod chosen;
mod migrations;
mod postgres;
mod sqlite;
mod statements;

use crate::quote::{Currency, Item, Promotion};

pub use chosen::ChosenQuoteStore;
pub use postgres::PostgresQuoteStore;
pub use sqlite::SqliteQuoteStore;

/// Prices and promotions, whichever database keeps them.
pub trait QuoteStore: Clone + Send + Sync + 'static {
    /// The price of `sku` in `currency`, if it has one.
    fn item(
        &self,
        sku: &str,
        currency: Currency,
    ) -> impl Future<Output = Result<Option<Item>, StoreError>> + Send;

    /// All prices, by SKU, then by currency.
    fn items(&self) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// The promotion behind `coupon`, valid or not.
    fn promotion(
        &self,
        coupon: &str,
    ) -> impl Future<Output = Result<Option<Promotion>, StoreError>> + Send;

    /// Whether the database answers. Untraced: it is asked by probes.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the price database cannot be read")]
pub struct StoreError(#[from] sqlx::Error);
