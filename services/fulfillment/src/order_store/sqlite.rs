//! The order database as an SQLite file.

use std::path::Path;
use std::time::SystemTime;

use database::{OpenError, sqlite};
use shared_telemetry::sql::{Database, Statement};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteSynchronous;

use super::{OrderStore, StoreError, migrations};
use crate::order::{Order, Outcome};

static SELECT_ORDER: Statement = Statement::new(
    "SELECT",
    "orders",
    "SELECT state, reason, checkout_trace_id, fulfillment_trace_id FROM orders WHERE order_id = $1",
);

static INSERT_ORDER: Statement = Statement::new(
    "INSERT",
    "orders",
    "INSERT INTO orders (order_id, state, reason, checkout_trace_id, fulfillment_trace_id, \
     recorded_at_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (order_id) DO NOTHING",
);

/// state, reason, checkout_trace_id, fulfillment_trace_id
type Row = (String, Option<String>, Option<String>, Option<String>);

/// An [`OrderStore`] in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteOrderStore {
    pool: SqlitePool,
    database: Database,
}

impl SqliteOrderStore {
    /// Opens the file, creates it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        // An offset is committed only after its order: not even a power cut may lose the order.
        let pool = sqlite::open(file, SqliteSynchronous::Full, migrations::SQLITE).await?;
        Ok(Self {
            pool,
            database: Database::sqlite("fulfillment"),
        })
    }

    /// Lets go of the file once all statements are done. Closes the spans that sqlx's threads
    /// still hold, too, so it comes before the last flush.
    pub async fn close(&self) {
        sqlite::close(&[&self.pool]).await;
    }
}

impl OrderStore for SqliteOrderStore {
    async fn find(&self, id: &str) -> Result<Option<Order>, StoreError> {
        let query = sqlx::query_as::<_, Row>(SELECT_ORDER.text())
            .bind(id)
            .fetch_optional(&self.pool);
        let Some(row) = self.database.run(&SELECT_ORDER, query).await? else {
            return Ok(None);
        };
        let (state, reason, checkout_trace_id, fulfillment_trace_id) = row;
        let state = state
            .parse()
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(Some(Order {
            id: id.to_owned(),
            outcome: Outcome { state, reason },
            checkout_trace_id,
            fulfillment_trace_id,
        }))
    }

    async fn record(&self, order: &Order) -> Result<bool, StoreError> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let query = sqlx::query(INSERT_ORDER.text())
            .bind(&order.id)
            .bind(order.outcome.state.name())
            .bind(&order.outcome.reason)
            .bind(&order.checkout_trace_id)
            .bind(&order.fulfillment_trace_id)
            .bind(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
            .execute(&self.pool);
        let done = self.database.run(&INSERT_ORDER, query).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::OrderState;

    fn order(state: OrderState) -> Order {
        Order {
            id: "0193".to_owned(),
            outcome: Outcome {
                state,
                reason: None,
            },
            checkout_trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
            fulfillment_trace_id: None,
        }
    }

    #[tokio::test]
    async fn a_recorded_order_stays_as_it_is_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.db");
        let store = SqliteOrderStore::open(&file).await.unwrap();
        assert_eq!(store.find("0193").await.unwrap(), None);
        assert!(store.record(&order(OrderState::Reserved)).await.unwrap());
        assert!(!store.record(&order(OrderState::Failed)).await.unwrap());
        store.close().await;
        let store = SqliteOrderStore::open(&file).await.unwrap();
        assert_eq!(
            store.find("0193").await.unwrap(),
            Some(order(OrderState::Reserved))
        );
        store.ready().await.unwrap();
    }
}
