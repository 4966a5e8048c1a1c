//! What a caller of inventory sees.

use contracts::inventory::{CheckAvailabilityRequest, ReleaseStockRequest};
use serde_json::Value;
use tonic::Code;

use crate::support::{Inventory, lines, order, order_anew};

fn release(order_id: &str) -> ReleaseStockRequest {
    ReleaseStockRequest {
        order_id: order_id.to_owned(),
    }
}

#[tokio::test]
async fn an_order_is_reserved_once_and_given_back_once() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let wish = order("o-1", &[("TEAPOT-1", 2), ("MUG-2", 3)]);
    for already_reserved in [false, true, true] {
        let answer = client
            .reserve_stock(wish.clone())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.already_reserved, already_reserved);
        assert_eq!(inventory.left("TEAPOT-1").await, 9_998);
        assert_eq!(inventory.left("MUG-2").await, 9_997);
    }
    for released in [true, false] {
        let answer = client
            .release_stock(release("o-1"))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.released, released);
        assert_eq!(inventory.left("TEAPOT-1").await, 10_000);
        assert_eq!(inventory.left("MUG-2").await, 10_000);
    }
    let refused = client.reserve_stock(wish).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(
        refused.message(),
        "the reservation of order o-1 was released before"
    );
    inventory.stop().await;
}

#[tokio::test]
async fn a_call_that_makes_no_sense_is_an_invalid_argument_and_changes_nothing() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let long = "x".repeat(129);
    let cases = [
        (order("", &[("MUG-2", 1)]), "the order id is empty"),
        (
            order(&long, &[("MUG-2", 1)]),
            "the order id is longer than 128 bytes",
        ),
        (order("o-1", &[]), "there is no line: expected at least one"),
        (
            order("o-1", &[("MUG-2", 0)]),
            "the quantity of \"MUG-2\" is 0: expected at least 1",
        ),
        (
            order("o-1", &[("MUG-2", 1), ("MUG-2", 1)]),
            "the SKU \"MUG-2\" is repeated: expected each once",
        ),
    ];
    for (wish, sentence) in cases {
        let refused = client.reserve_stock(wish).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.message()),
            (Code::InvalidArgument, sentence)
        );
    }
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_whole_is_not_reserved_at_all() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let unknown = client
        .reserve_stock(order("o-1", &[("MUG-2", 1), ("NOPE", 1)]))
        .await
        .unwrap_err();
    assert_eq!(
        (unknown.code(), unknown.message()),
        (Code::NotFound, "the SKU \"NOPE\" is unknown")
    );
    let short = client
        .reserve_stock(order("o-2", &[("MUG-2", 1), ("ONE-LEFT-9", 2)]))
        .await
        .unwrap_err();
    assert_eq!(short.code(), Code::FailedPrecondition);
    assert_eq!(short.message(), "2 of ONE-LEFT-9 are wanted and 1 are left");
    let huge = client
        .reserve_stock(order("o-3", &[("MUG-2", u32::MAX)]))
        .await
        .unwrap_err();
    assert_eq!(huge.code(), Code::FailedPrecondition);
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    assert_eq!(inventory.left("ONE-LEFT-9").await, 1);
    inventory.stop().await;
}

#[tokio::test]
async fn availability_names_what_is_missing_and_what_is_left_of_it() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let mut check = async |wanted: &[(&str, u32)]| {
        let request = CheckAvailabilityRequest {
            lines: lines(wanted),
        };
        client
            .check_availability(request)
            .await
            .map(tonic::Response::into_inner)
    };
    let yes = check(&[("MUG-2", 10_000), ("ONE-LEFT-9", 1)])
        .await
        .unwrap();
    assert!(yes.available && yes.missing.is_empty());
    let no = check(&[("ONE-LEFT-9", 2), ("MUG-2", 1), ("NOPE", 1)])
        .await
        .unwrap();
    assert!(!no.available);
    assert_eq!(no.missing, lines(&[("NOPE", 0), ("ONE-LEFT-9", 1)]));
    assert_eq!(check(&[]).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(
        inventory.left("MUG-2").await,
        10_000,
        "nothing was promised"
    );
    inventory.stop().await;
}

#[tokio::test]
async fn a_reservation_that_comes_after_the_release_of_its_order_is_refused() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    // The last two can be no order's.
    for id in ["late", "late", "", &"x".repeat(129)] {
        let answer = client.release_stock(release(id)).await.unwrap();
        assert!(!answer.into_inner().released, "{id:?}");
    }
    let late = order("late", &[("MUG-2", 1)]);
    let refused = client.reserve_stock(late).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let told = "the reservation of order late was released before";
    assert_eq!(refused.message(), told);
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn a_released_order_is_reserved_again_when_it_is_asked_for_anew() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let first = order("o-1", &[("MUG-2", 3), ("TRAY-7", 1)]);
    client.reserve_stock(first).await.unwrap();
    client.release_stock(release("o-1")).await.unwrap();
    for already_reserved in [false, true] {
        let anew = order_anew("o-1", &[("MUG-2", 2)]);
        let answer = client.reserve_stock(anew).await.unwrap().into_inner();
        assert_eq!(answer.already_reserved, already_reserved);
        assert_eq!(inventory.left("MUG-2").await, 9_998);
        assert_eq!(inventory.left("TRAY-7").await, 10_000);
    }
    let answer = client.release_stock(release("o-1")).await.unwrap();
    assert!(answer.into_inner().released);
    assert_eq!(inventory.left("MUG-2").await, 10_000);
    assert_eq!(inventory.left("TRAY-7").await, 10_000);
    inventory.stop().await;
}

#[tokio::test]
async fn a_call_of_more_than_64_kib_is_refused_and_the_next_one_is_served() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let sku = "x".repeat(70_000);
    let refused = client
        .reserve_stock(order("o-1", &[(&sku, 1)]))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    client
        .reserve_stock(order("o-1", &[("MUG-2", 1)]))
        .await
        .unwrap();
    inventory.stop().await;
}

#[tokio::test]
async fn malformed_propagation_metadata_never_fails_a_call() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    let mut request = tonic::Request::new(order("o-1", &[("MUG-2", 1)]));
    request
        .metadata_mut()
        .insert("traceparent", "00-zz-0-01".parse().unwrap());
    request
        .metadata_mut()
        .insert("baggage", "=;=,,".parse().unwrap());
    client.reserve_stock(request).await.unwrap();
    inventory.stop().await;
}

#[tokio::test]
async fn the_stock_of_an_unknown_article_is_a_404_problem_that_names_its_trace() {
    let inventory = Inventory::start().await;
    let response = inventory.get("/stock/NOPE").await;
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let traceresponse = response.headers()["traceresponse"]
        .to_str()
        .unwrap()
        .to_owned();
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(problem["detail"], "the SKU \"NOPE\" is unknown");
    let trace_id = problem["trace_id"].as_str().unwrap();
    assert!(
        traceresponse.starts_with(&format!("00-{trace_id}-")),
        "{traceresponse}"
    );
    inventory.stop().await;
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let inventory = Inventory::start().await;
    assert_eq!(inventory.get("/healthz").await.status(), 200);
    assert_eq!(inventory.get("/readyz").await.status(), 200);
    inventory.stop().await;
}

#[tokio::test]
async fn a_client_that_stays_connected_does_not_keep_the_process() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    client
        .reserve_stock(order("o-1", &[("MUG-2", 1)]))
        .await
        .unwrap();
    inventory.stop().await;
    let gone = client
        .reserve_stock(order("o-2", &[("MUG-2", 1)]))
        .await
        .unwrap_err();
    assert_eq!(gone.code(), Code::Unavailable);
}

#[tokio::test]
async fn after_a_stop_the_database_is_one_whole_file() {
    let inventory = Inventory::start().await;
    let mut client = inventory.client().await;
    client
        .reserve_stock(order("o-1", &[("MUG-2", 1)]))
        .await
        .unwrap();
    let dir = inventory.stop().await;
    let left = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["inventory.db"]);
}
