//! The gateway beside a PostgreSQL that goes away and comes back.

use database::testing::Server;
use reqwest::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use crate::shop::{PATIENCE, Shop, body, cart, problem, trace_id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_and_comes_back_keeps_its_keys_and_is_found_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let database = server.database().await;
    let shop = Shop::open_with(&[("DATABASE_URL", database.url_with_password())]).await;
    let first = shop.checkout_as("k", &cart()).await;
    let trace = trace_id(&first);
    let first = body(first, StatusCode::ACCEPTED).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"));
    let tree = tree.await;
    for statement in tree
        .named("INSERT checkouts")
        .iter()
        .chain(&tree.named("UPDATE checkouts"))
    {
        assert_eq!(statement.text("db.system.name"), "postgresql");
        assert_eq!(statement.text("server.address"), "127.0.0.1");
    }

    server.stop();
    let refused = shop.checkout_as("k", &cart()).await;
    assert!(refused.headers().contains_key("retry-after"));
    problem(refused, StatusCode::SERVICE_UNAVAILABLE).await;
    // Only a key needs the database.
    let plain = shop.get("/checkout?sku=MUG-2").await;
    let plain = body(plain, StatusCode::ACCEPTED).await;
    let asked = shop.get(plain["order_url"].as_str().unwrap()).await;
    let detail = problem(asked, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(
        detail.contains("database"),
        "no 404 while nobody can know: {detail}"
    );

    server.start_again();
    let deadline = Instant::now() + PATIENCE;
    let again = loop {
        let again = shop.checkout_as("k", &cart()).await;
        if again.status() != StatusCode::SERVICE_UNAVAILABLE {
            break body(again, StatusCode::ACCEPTED).await;
        }
        assert!(Instant::now() < deadline, "the database is not found again");
    };
    assert_eq!(again, first);
    let keyed = shop.published().await;
    let keyed = keyed
        .iter()
        .filter(|one| json!(one.key) == first["order_id"]);
    assert_eq!(keyed.count(), 1);
}
