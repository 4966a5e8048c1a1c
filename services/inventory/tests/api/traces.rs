//! What inventory's spans tell of a call.

use shared_telemetry::testing::SpanKind;
use tonic::Code;

use crate::support::{Inventory, order, trace_id, traced};

const RESERVE: &str = "inventory.v1.Inventory/ReserveStock";

#[tokio::test]
async fn a_reservation_is_one_tree_below_the_caller() {
    let inventory = Inventory::start().await;
    let id = trace_id(1);
    let wish = traced(order("o-1", &[("TRAY-7", 1), ("MUG-2", 2)]), &id);
    inventory.client().await.reserve_stock(wish).await.unwrap();

    let tree = inventory.trace(&id, RESERVE, 7).await;
    let server = tree.one(RESERVE, SpanKind::Server);
    assert_eq!(server.parent_id().to_string(), "00f067aa0ba902b7");
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    tree.assert_child("business span", server, business);
    assert_eq!(business.text("app.order.id"), "o-1");
    assert_eq!(business.text("app.lines"), "2");
    assert_eq!(business.text("app.customer.tier"), "gold");
    assert_eq!(tree.named("UPDATE stock").len(), 2, "{tree}");
    for span in tree.spans() {
        assert!(span.status_unset(), "successes stay unset: {}", span.name());
        if span.kind() == SpanKind::Client {
            tree.assert_child("SQL", business, span);
            assert_eq!(span.text("db.namespace"), "inventory");
            assert!(span.text("db.query.text").contains("$1"), "{}", span.name());
        }
    }
    inventory.stop().await;
}

#[tokio::test]
async fn a_shortage_fails_the_business_span_and_not_the_server() {
    let inventory = Inventory::start().await;
    let id = trace_id(2);
    let wish = traced(order("o-1", &[("ONE-LEFT-9", 2)]), &id);
    inventory
        .client()
        .await
        .reserve_stock(wish)
        .await
        .unwrap_err();

    let tree = inventory.trace(&id, RESERVE, 5).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    assert!(business.failed());
    let told = business.event_text("exception", "exception.message");
    assert_eq!(told, "2 of ONE-LEFT-9 are wanted and 1 are left");
    let server = tree.one(RESERVE, SpanKind::Server);
    assert_eq!(
        server.text("rpc.response.status_code"),
        "FAILED_PRECONDITION"
    );
    assert!(
        server.status_unset(),
        "the caller asked for too much: no fault of the server"
    );
    assert!(
        tree.one("UPDATE stock", SpanKind::Client).status_unset(),
        "the statement did its work"
    );
    inventory.stop().await;
}

#[tokio::test]
async fn a_broken_database_is_unavailable_and_its_spans_say_why() {
    let inventory = Inventory::start().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(inventory.database());
    let vandal = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("DROP TABLE reservation_lines")
        .execute(&vandal)
        .await
        .unwrap();
    let id = trace_id(3);
    let wish = traced(order("o-1", &[("MUG-2", 1)]), &id);
    let error = inventory
        .client()
        .await
        .reserve_stock(wish)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(
        error.message(),
        "the stock database cannot be used at the moment"
    );

    let tree = inventory.trace(&id, RESERVE, 5).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    let stack = business.event_text("exception", "exception.stacktrace");
    assert!(stack.contains("no such table"), "{stack}");
    assert!(
        tree.one("INSERT reservation_lines", SpanKind::Client)
            .failed()
    );
    assert!(tree.one(RESERVE, SpanKind::Server).failed());
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn an_order_that_the_database_does_not_take_is_an_internal_error_and_the_next_is_served() {
    let inventory = Inventory::start().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(inventory.database());
    let vandal = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let rule = "CREATE TRIGGER no_mugs BEFORE INSERT ON reservation_lines WHEN NEW.sku = 'MUG-2' \
                BEGIN SELECT RAISE(ABORT, 'no mugs today'); END";
    sqlx::query(rule).execute(&vandal).await.unwrap();
    let id = trace_id(6);
    let mut client = inventory.client().await;
    let wish = traced(order("o-1", &[("MUG-2", 1)]), &id);
    let error = client.reserve_stock(wish).await.unwrap_err();
    assert_eq!(
        error.code(),
        Code::Internal,
        "unavailable is tried for ever"
    );
    let told = "the stock database does not take this order";
    assert_eq!(error.message(), told);

    let tree = inventory.trace(&id, RESERVE, 5).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    let stack = business.event_text("exception", "exception.stacktrace");
    assert!(stack.contains("no mugs today"), "{stack}");
    assert!(tree.one(RESERVE, SpanKind::Server).failed());
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    let next = order("o-2", &[("TRAY-7", 1)]);
    client.reserve_stock(next).await.unwrap();
    inventory.stop().await;
}

#[tokio::test]
async fn a_second_call_for_the_same_order_touches_no_stock() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    client
        .reserve_stock(order("o-1", &[("MUG-2", 1)]))
        .await
        .unwrap();
    let id = trace_id(4);
    client
        .reserve_stock(traced(order("o-1", &[("MUG-2", 1)]), &id))
        .await
        .unwrap();
    let tree = inventory.trace(&id, RESERVE, 4).await;
    assert!(
        tree.has("reserve_inventory") && !tree.has("UPDATE stock"),
        "{tree}"
    );
    inventory.stop().await;
}
