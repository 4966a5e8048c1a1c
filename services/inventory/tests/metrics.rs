//! What inventory tells by metrics. A process has one meter, so this is one app and one test.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use contracts::Faults;
use database::Url;
use inventory::App;
use inventory::config::Settings;
use inventory::stock::{Line, Reservation};
use inventory::stock_store::{ChosenStockStore, StockStore};
use serving::listen::Limits;
use serving::{Application, Shutdown};
use shared_telemetry::{task, testing};
use tempfile::TempDir;

#[tokio::test]
async fn the_stock_of_each_article_and_the_use_of_both_pools_are_told() {
    let dir = TempDir::new().unwrap();
    let database = Url::Sqlite(dir.path().join("inventory.db"));
    let store = ChosenStockStore::open(&database).await.unwrap();
    let line = Line {
        sku: "MUG-2".to_owned(),
        quantity: 3,
    };
    let reservation = Reservation::new("o-1".to_owned(), vec![line]).unwrap();
    store.reserve(&reservation).await.unwrap();
    store.close().await;

    let meter = testing::meter();
    let settings = Settings {
        http_addr: "127.0.0.1:0".parse().unwrap(),
        grpc_addr: "127.0.0.1:0".parse().unwrap(),
        limits: Limits::default(),
        database,
        faults: Faults::default(),
    };
    let app = App::build(settings).await.unwrap();
    let (trigger, shutdown) = Shutdown::new();
    let running = task::spawn(app.run(shutdown));
    let stock = "app.stock.available";
    let mugs = meter.settles(stock, &[("app.item.sku", "MUG-2")], 9_997);
    assert_eq!(mugs.await, Some(9_997));
    let left = |sku| meter.value(stock, &[("app.item.sku", sku)]);
    assert_eq!(left("ONE-LEFT-9"), Some(1));
    assert_eq!(left("NOPE"), None);

    let pool = |metric: &str, name| {
        let name = ("db.client.connection.pool.name", name);
        meter.value(metric, &[name])
    };
    let max = "db.client.connection.max";
    assert_eq!(pool(max, "inventory.writer"), Some(1));
    assert_eq!(pool(max, "inventory.readers"), Some(8));
    let count = "db.client.connection.count";
    let writer = ("db.client.connection.pool.name", "inventory.writer");
    let state = |state| [writer, ("db.client.connection.state", state)];
    // A connection goes back to the pool by itself, a moment after its last statement.
    assert_eq!(meter.settles(count, &state("used"), 0).await, Some(0));
    assert_eq!(meter.value(count, &state("idle")), Some(1));
    trigger.request();
    running.await.unwrap().unwrap();
}
