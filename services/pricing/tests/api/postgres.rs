//! Pricing on a PostgreSQL server: what its spans tell, and a server that goes away.

use std::time::{Duration, Instant};

use database::testing::{self, Server};
use serde_json::Value;
use shared_telemetry::testing::SpanKind;

use crate::support::{Pricing, problem, trace_id, traced};

const SERVER: &str = "GET /quote/{sku}";

#[tokio::test]
async fn a_quote_is_the_same_and_its_spans_name_the_server_that_was_asked() {
    let Some(postgres) = testing::postgres().await else {
        return;
    };
    let pricing = Pricing::start_on(postgres.url()).await;
    let id = trace_id(20);
    let request = pricing.request("/quote/TEAPOT-1?quantity=2&coupon=WELCOME10");
    let response = traced(request, &id).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let quote: Value = response.json().await.unwrap();
    assert_eq!(quote["total_cents"], 4482);

    let tree = pricing.trace(&id, SERVER, 4).await;
    let items = tree.one("SELECT items", SpanKind::Client);
    let promotions = tree.one("SELECT promotions", SpanKind::Client);
    for span in [items, promotions] {
        assert_eq!(span.text("db.system.name"), "postgresql");
        assert_eq!(span.text("db.namespace"), postgres.address().database());
        assert_eq!(span.text("server.address"), "127.0.0.1");
        let port = postgres.address().port().to_string();
        assert_eq!(span.text("server.port"), port);
        assert!(span.text("db.query.text").contains("= $1"), "{span:?}");
        assert!(span.status_unset(), "{span:?}");
    }
    let seen = format!("{tree:?}");
    for secret in ["WELCOME10", postgres.url_with_password()] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    pricing.stop().await;
}

#[tokio::test]
async fn a_broken_table_is_a_503_whose_span_has_the_servers_code() {
    let Some(postgres) = testing::postgres().await else {
        return;
    };
    let pricing = Pricing::start_on(postgres.url()).await;
    let mut vandal = postgres.connect().await;
    sqlx::query("DROP TABLE items")
        .execute(&mut vandal)
        .await
        .unwrap();
    let id = trace_id(21);
    let request = traced(pricing.request("/quote/MUG-2"), &id);
    problem(request.send().await.unwrap(), 503).await;

    let tree = pricing.trace(&id, SERVER, 2).await;
    let select = tree.one("SELECT items", SpanKind::Client);
    assert!(select.failed(), "{select:?}");
    // undefined_table
    assert_eq!(select.text("db.response.status_code"), "42P01");
    assert_eq!(select.text("error.type"), "42P01");
    pricing.stop().await;
}

#[tokio::test]
async fn while_the_server_is_down_pricing_says_so_and_when_it_is_back_it_serves() {
    let Some(server) = Server::start() else {
        return;
    };
    let postgres = server.database().await;
    let pricing = Pricing::start_on(postgres.url()).await;
    pricing.json("/quote/MUG-2").await;

    server.stop();
    let id = trace_id(22);
    let began = Instant::now();
    let request = traced(pricing.request("/quote/TRAY-7"), &id);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let detail = problem(response, 503).await;
    assert_eq!(detail, "the price database cannot be read");
    assert!(began.elapsed() < Duration::from_secs(5), "it waited long");
    assert_eq!(pricing.get("/readyz").await.status(), 503);
    assert_eq!(pricing.get("/healthz").await.status(), 200);
    pricing.json("/quote/MUG-2").await;
    let tree = pricing.trace(&id, SERVER, 2).await;
    assert!(tree.one("SELECT items", SpanKind::Client).failed());

    server.start_again();
    postgres.connect().await;
    pricing.json("/quote/TRAY-7").await;
    assert_eq!(pricing.get("/readyz").await.status(), 200);
    pricing.stop().await;
}

#[tokio::test]
async fn a_query_whose_server_is_restarted_under_it_is_tried_again_and_tells_so() {
    let Some(server) = Server::start() else {
        return;
    };
    let postgres = server.database().await;
    let pricing = Pricing::start_on(postgres.url()).await;
    // The table is held, so that the query waits in the server.
    let mut holder = postgres.connect().await;
    let lock = "BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut holder).await.unwrap();
    let id = trace_id(23);
    let asked = traced(pricing.request("/quote/TRAY-7"), &id).send();
    let restarted = async {
        postgres.waits_for_locks(1).await;
        server.stop();
        server.start_again();
    };
    let (answer, ()) = tokio::join!(asked, restarted);
    assert_eq!(answer.unwrap().status(), 200);

    let tree = pricing.trace(&id, SERVER, 3).await;
    let [first, second] = tree.named("SELECT items")[..] else {
        panic!("expected two tries:\n{tree}");
    };
    assert!(first.failed() && second.status_unset(), "{tree:?}");
    // admin_shutdown
    assert_eq!(first.text("db.response.status_code"), "57P01");
    let request = tree.one(SERVER, SpanKind::Server);
    assert_eq!(request.events(), ["cache.miss", "retry"]);
    assert_eq!(request.event_text("retry", "attempt"), "1");
    assert!(request.status_unset(), "the caller was served");
    pricing.stop().await;
}
