//! What fulfillment tells of its database by metrics. A process has one meter, so this is one test.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::time::{Duration, Instant};

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
    let used = ("db.client.connection.state", "used");
    let used = || meter.value("db.client.connection.count", &[name, used]);
    // The connection that has made the tables goes back to the pool by itself.
    let deadline = Instant::now() + Duration::from_secs(10);
    while used() != Some(0) && Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    assert_eq!(used(), Some(0));
    store.close().await;
}
