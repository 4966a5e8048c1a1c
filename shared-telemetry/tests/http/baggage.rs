//! Baggage over HTTP, and what an edge lets in.

use axum::Router;
use axum::routing::get;
use shared_telemetry::baggage;
use shared_telemetry::http::{Edge, ServerLayer, Trust};

use crate::root::in_root;
use crate::server::{serve, traced, untraced};

/// Answers with the value of the entry, `-` for none.
fn echo(layer: ServerLayer) -> Router {
    let entry = |key: &'static str| move || async move { baggage::get(key).unwrap_or("-".into()) };
    Router::new()
        .route("/tier", get(entry("app.customer.tier")))
        .route("/note", get(entry("note")))
        .route("/other", get(entry("other")))
        .layer(layer)
}

async fn ask(router: Router, path: &str, header: &str) -> String {
    let url = format!("http://{}{path}", serve(router).await);
    let answer = untraced().get(url).header("baggage", header).send().await;
    answer.expect("an answer").text().await.expect("text")
}

#[tokio::test]
async fn an_entry_of_a_scope_reaches_the_service_behind() {
    let url = format!("http://{}/tier", serve(echo(ServerLayer::new())).await);
    let (_, tier) = in_root(async {
        let entries = [("app.customer.tier", "gold".to_owned())];
        let call = baggage::scope(entries, async { traced().send(traced().get(url)).await });
        let answer = call.await.unwrap().text().await.unwrap();
        assert_eq!(baggage::get("app.customer.tier"), None, "only in the scope");
        answer
    })
    .await;
    assert_eq!(tier, "gold");
}

#[tokio::test]
async fn scopes_add_up_and_the_inner_one_wins() {
    baggage::scope([("a", "1".into()), ("b", "1".into())], async {
        baggage::scope([("b", "2".into())], async {
            assert_eq!(baggage::get("a").as_deref(), Some("1"));
            assert_eq!(baggage::get("b").as_deref(), Some("2"));
        })
        .await;
        assert_eq!(baggage::get("b").as_deref(), Some("1"));
    })
    .await;
}

#[tokio::test]
async fn behind_the_edge_every_entry_passes() {
    let inner = || echo(ServerLayer::new());
    assert_eq!(
        ask(inner(), "/tier", "app.customer.tier=gold").await,
        "gold"
    );
    assert_eq!(ask(inner(), "/other", "other=x").await, "x");
}

#[tokio::test]
async fn an_edge_drops_entries_that_are_not_on_its_list() {
    let edge = || {
        echo(ServerLayer::edge(
            Edge::new(Trust::Trust).accept_baggage(&["app.customer.tier", "note"]),
        ))
    };
    let header = "other=x,app.customer.tier=gold";
    assert_eq!(ask(edge(), "/tier", header).await, "gold");
    assert_eq!(ask(edge(), "/other", header).await, "-");
}

#[tokio::test]
async fn an_edge_drops_a_listed_entry_of_more_than_256_bytes_and_keeps_the_rest() {
    let edge = || {
        echo(ServerLayer::edge(
            Edge::new(Trust::Trust).accept_baggage(&["app.customer.tier", "note"]),
        ))
    };
    let (longest, too_long) = ("x".repeat(256), "x".repeat(257));
    assert_eq!(
        ask(edge(), "/note", &format!("note={longest}")).await,
        longest
    );
    let header = format!("note={too_long},app.customer.tier=gold");
    assert_eq!(ask(edge(), "/note", &header).await, "-");
    assert_eq!(ask(edge(), "/tier", &header).await, "gold");
}
