//! What the gateway tells of its database by metrics. A process has one meter, so this is one test.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use gateway::App;
use rdkafka::mocking::MockCluster;
use serving::{Application, Environment};
use shared_telemetry::testing;
use tempfile::TempDir;

#[tokio::test]
async fn the_use_of_both_pools_of_the_checkout_database_is_told() {
    let meter = testing::meter();
    let dir = TempDir::new().unwrap();
    let database = format!("sqlite:{}", dir.path().join("gateway.db").display());
    let broker = MockCluster::new(1).unwrap();
    let environment = Environment::from_pairs([
        ("HTTP_ADDR", "127.0.0.1:0"),
        ("DATABASE_URL", &database),
        ("KAFKA_BROKERS", &broker.bootstrap_servers()),
    ]);
    let settings = App::settings(&environment).unwrap();
    let _app = App::build(settings).await.unwrap();
    for (pool, most) in [("gateway.writer", 1), ("gateway.readers", 8)] {
        let name = ("db.client.connection.pool.name", pool);
        let max = meter.value("db.client.connection.max", &[name]);
        assert_eq!(max, Some(most), "{pool}");
        // The connection that has made the tables goes back to the pool by itself.
        let used = [name, ("db.client.connection.state", "used")];
        let used = meter.settles("db.client.connection.count", &used, 0);
        assert_eq!(used.await, Some(0), "{pool}");
    }
}
