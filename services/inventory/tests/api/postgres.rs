//! Inventory on a PostgreSQL server: what its spans tell, and a server that goes away.

use std::time::{Duration, Instant};

use contracts::inventory::ReleaseStockRequest;
use database::testing::{self, Postgres, Server};
use shared_telemetry::testing::SpanKind;
use sqlx::PgConnection;
use tonic::Code;

use crate::support::{Inventory, order, trace_id, traced};

const RESERVE: &str = "inventory.v1.Inventory/ReserveStock";

/// Takes the row of an article, so that a reservation of it waits in the server.
async fn hold(postgres: &Postgres, sku: &str) -> PgConnection {
    let mut holder = postgres.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut holder).await.unwrap();
    sqlx::query("UPDATE stock SET available = available WHERE sku = $1")
        .bind(sku)
        .execute(&mut holder)
        .await
        .unwrap();
    holder
}

#[tokio::test]
async fn a_reservation_is_the_same_tree_and_its_spans_name_the_server_that_was_asked() {
    let Some(postgres) = testing::postgres().await else {
        return;
    };
    let inventory = Inventory::start_on(postgres.url()).await;
    let id = trace_id(20);
    let wish = traced(order("o-1", &[("TRAY-7", 1), ("MUG-2", 2)]), &id);
    inventory.client().await.reserve_stock(wish).await.unwrap();
    assert_eq!(inventory.left("MUG-2").await, 9_998);

    let tree = inventory.trace(&id, RESERVE, 7).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    assert_eq!(tree.named("UPDATE stock").len(), 2, "{tree}");
    for span in tree.spans() {
        assert!(span.status_unset(), "successes stay unset: {}", span.name());
        if span.kind() == SpanKind::Client {
            tree.assert_child("SQL", business, span);
            assert_eq!(span.text("db.system.name"), "postgresql");
            assert_eq!(span.text("db.namespace"), postgres.address().database());
            assert_eq!(span.text("server.address"), "127.0.0.1");
            let port = postgres.address().port().to_string();
            assert_eq!(span.text("server.port"), port);
            assert!(span.text("db.query.text").contains("$1"), "{}", span.name());
        }
    }
    let seen = format!("{tree:?}");
    assert!(!seen.contains(postgres.url_with_password()), "{seen}");
    inventory.stop().await;
}

#[tokio::test]
async fn a_row_that_is_held_too_long_is_unavailable_and_its_span_has_the_servers_code() {
    let Some(postgres) = testing::postgres().await else {
        return;
    };
    let inventory = Inventory::start_on(postgres.url()).await;
    let holder = hold(&postgres, "MUG-2").await;
    let id = trace_id(21);
    let wish = traced(order("o-1", &[("CADDY-5", 1), ("MUG-2", 1)]), &id);
    let refused = inventory.client().await.reserve_stock(wish).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unavailable);

    let tree = inventory.trace(&id, RESERVE, 6).await;
    let waited = tree.named("UPDATE stock")[1];
    assert!(waited.failed(), "{waited:?}");
    // lock_not_available
    assert_eq!(waited.text("db.response.status_code"), "55P03");
    assert!(waited.duration() >= Duration::from_secs(3), "{waited:?}");
    drop(holder);
    assert_eq!(
        inventory.left("CADDY-5").await,
        10_000,
        "whole or not at all"
    );
    inventory.stop().await;
}

#[tokio::test]
async fn a_release_beside_an_unfinished_reservation_waits_for_it_and_gives_it_back() {
    let Some(postgres) = testing::postgres().await else {
        return;
    };
    let inventory = Inventory::start_on(postgres.url()).await;
    let holder = hold(&postgres, "MUG-2").await;
    let (mut reserving, mut releasing) = (inventory.client().await, inventory.client().await);
    let beside = async {
        postgres.waits_for_locks(1).await;
        let order_id = "o-1".to_owned();
        let release = releasing.release_stock(ReleaseStockRequest { order_id });
        let let_go = async {
            postgres.waits_for_locks(2).await;
            drop(holder);
        };
        tokio::join!(release, let_go).0
    };
    let wish = order("o-1", &[("MUG-2", 1)]);
    let (reserved, released) = tokio::join!(reserving.reserve_stock(wish), beside);
    reserved.unwrap();
    assert!(released.unwrap().into_inner().released);
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn a_reservation_whose_server_is_restarted_under_it_is_made_once_and_tells_so() {
    let Some(server) = Server::start() else {
        return;
    };
    let postgres = server.database().await;
    let inventory = Inventory::start_on(postgres.url()).await;
    let _holder = hold(&postgres, "MUG-2").await;
    let id = trace_id(22);
    let wish = traced(order("o-1", &[("CADDY-5", 1), ("MUG-2", 1)]), &id);
    let mut client = inventory.client().await;
    let restarted = async {
        postgres.waits_for_locks(1).await;
        server.stop();
        server.start_again();
    };
    let (answer, ()) = tokio::join!(client.reserve_stock(wish), restarted);
    assert!(!answer.unwrap().into_inner().already_reserved);
    assert_eq!(inventory.left("CADDY-5").await, 9_999);
    assert_eq!(inventory.left("MUG-2").await, 9_999);

    // Two tries: insert, take, write, take; and the same with its last write.
    let tree = inventory.trace(&id, RESERVE, 11).await;
    let business = tree.one("reserve_inventory", SpanKind::Internal);
    assert_eq!(business.events(), ["retry"]);
    assert!(
        business.status_unset(),
        "the order was reserved: {business:?}"
    );
    let failed: Vec<_> = tree.spans().filter(|span| span.failed()).collect();
    assert_eq!(failed.len(), 1, "{tree}");
    // admin_shutdown
    assert_eq!(failed[0].text("db.response.status_code"), "57P01");
    inventory.stop().await;
}

#[tokio::test]
async fn while_the_server_is_down_inventory_says_so_and_when_it_is_back_it_serves() {
    let Some(server) = Server::start() else {
        return;
    };
    let postgres = server.database().await;
    let inventory = Inventory::start_on(postgres.url()).await;
    let mut client = inventory.client().await;
    let wish = order("o-1", &[("MUG-2", 1)]);
    client.reserve_stock(wish.clone()).await.unwrap();

    server.stop();
    let began = Instant::now();
    let refused = client.reserve_stock(wish.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let told = "the stock database cannot be used at the moment";
    assert_eq!(refused.message(), told);
    assert!(began.elapsed() < Duration::from_secs(5), "it waited long");
    let asked = inventory.get("/stock/MUG-2").await;
    assert_eq!(asked.status(), 503);
    assert_eq!(asked.headers()["retry-after"], "1");
    let kind = &asked.headers()["content-type"];
    assert_eq!(kind, "application/problem+json");
    assert_eq!(inventory.get("/readyz").await.status(), 503);
    assert_eq!(inventory.get("/healthz").await.status(), 200);

    server.start_again();
    postgres.connect().await;
    let answer = client.reserve_stock(wish).await.unwrap().into_inner();
    assert!(answer.already_reserved, "what was promised is kept");
    assert_eq!(inventory.get("/readyz").await.status(), 200);
    inventory.stop().await;
}
