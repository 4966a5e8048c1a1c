//! Orders on a PostgreSQL server.

use database::testing::Server;
use shared_telemetry::testing::SpanKind;

use crate::warehouse::{Warehouse, eventually, order};

#[tokio::test]
async fn orders_on_postgresql_end_as_they_do_in_a_file_and_their_spans_name_the_server() {
    let Some(postgres) = database::testing::postgres().await else {
        return;
    };
    let warehouse = Warehouse::open();
    let database = [("DATABASE_URL", postgres.url_with_password())];
    let running = warehouse.start(&database).await;
    let reserved = order("MUG-2");
    let checkout = warehouse.send(&reserved).await;
    warehouse.send(&reserved).await;
    let bad = order("BREAKS");
    warehouse.send(&bad).await;
    assert_eq!(running.order(&reserved.order_id).await["state"], "reserved");
    assert_eq!(running.order(&bad.order_id).await["state"], "failed");
    running.until_nothing_waits(3).await;
    running.stop().await;

    let tree = &warehouse.deliveries(checkout)[0];
    let insert = tree.named("INSERT orders")[0];
    assert_eq!(insert.kind(), SpanKind::Client);
    assert_eq!(insert.text("db.system.name"), "postgresql");
    assert_eq!(insert.text("server.address"), "127.0.0.1");
    assert!(insert.text("db.query.text").contains("VALUES ($1, $2"));
}

#[tokio::test]
async fn an_order_database_that_is_down_for_a_while_loses_no_order_and_doubles_no_effect() {
    let Some(server) = Server::start() else {
        return;
    };
    let postgres = server.database().await;
    let warehouse = Warehouse::open();
    let database = [("DATABASE_URL", postgres.url_with_password())];
    let running = warehouse.start(&database).await;
    let before = order("MUG-2");
    warehouse.send(&before).await;
    running.order(&before.order_id).await;

    server.stop();
    let orders = [(); 5].map(|()| order("MUG-2"));
    let mut checkouts = Vec::new();
    for order in &orders {
        checkouts.push(warehouse.send(order).await);
    }
    let felt = async || (!warehouse.deliveries(checkouts[0]).is_empty()).then_some(());
    eventually("a delivery has come to nothing", felt).await;
    server.start_again();
    for order in &orders {
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    }
    running.until_nothing_waits(6).await;
    assert_eq!(warehouse.inventory.reserved().len(), 6);
    assert!(warehouse.inventory.released().is_empty());
    running.stop().await;
}
