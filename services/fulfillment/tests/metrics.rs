//! What fulfillment tells of its database by metrics. A process has one meter, so this is one test.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use fulfillment::order_store::{OrderStore, SqliteOrderStore};
use shared_telemetry::testing;
use tempfile::TempDir;

#[tokio::test]
async fn the_use_of_the_order_databases_pool_is_told() {
    let meter = testing::meter();
    let dir = TempDir::new().unwrap();
    let store = SqliteOrderStore::open(&dir.path().join("orders.db")).await;
    let store = store.unwrap();
    let name = ("db.client.connection.pool.name", "fulfillment");
    assert_eq!(meter.value("db.client.connection.max", &[name]), Some(8));
    // The connection that has made the tables goes back to the pool by itself.
    let used = [name, ("db.client.connection.state", "used")];
    let used = meter.settles("db.client.connection.count", &used, 0);
    assert_eq!(used.await, Some(0));
    store.close().await;
}
