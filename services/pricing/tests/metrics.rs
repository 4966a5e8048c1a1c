//! What pricing tells by metrics. A process has one meter, so this is one app and one test.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::time::Duration;

use contracts::Faults;
use database::Url;
use pricing::App;
use pricing::config::Settings;
use serving::listen::Limits;
use serving::{Application, Shutdown};
use shared_telemetry::{task, testing};
use tempfile::TempDir;

#[tokio::test]
async fn what_the_cache_knew_and_the_use_of_the_pool_are_told() {
    let meter = testing::meter();
    let dir = TempDir::new().unwrap();
    let settings = Settings {
        http_addr: "127.0.0.1:0".parse().unwrap(),
        limits: Limits::default(),
        database: Url::Sqlite(dir.path().join("pricing.db")),
        quote_cache_ttl: Duration::from_secs(3600),
        faults: Faults::default(),
    };
    let app = App::build(settings).await.unwrap();
    let base = format!("http://{}", app.addr());
    let (trigger, shutdown) = Shutdown::new();
    let running = task::spawn(app.run(shutdown));
    for sku in ["MUG-2", "MUG-2", "MUG-2", "TRAY-7", "no article"] {
        reqwest::get(format!("{base}/quote/{sku}")).await.unwrap();
    }
    let lookups = |outcome| {
        let outcome = ("app.cache.outcome", outcome);
        meter.value("app.quote_cache.lookups", &[outcome])
    };
    assert_eq!((lookups("hit"), lookups("miss")), (Some(2), Some(2)));

    let name = ("db.client.connection.pool.name", "pricing");
    assert_eq!(meter.value("db.client.connection.max", &[name]), Some(8));
    let count = "db.client.connection.count";
    let state = |state| [name, ("db.client.connection.state", state)];
    // A connection goes back to the pool by itself, a moment after the answer it made.
    assert_eq!(meter.settles(count, &state("used"), 0).await, Some(0));
    let idle = meter.value(count, &state("idle"));
    assert!(idle >= Some(1), "{idle:?}");
    trigger.request();
    running.await.unwrap().unwrap();
}
