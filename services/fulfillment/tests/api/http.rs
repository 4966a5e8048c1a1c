//! What fulfillment says on its HTTP port.

use reqwest::StatusCode;
use serde_json::Value;

use crate::warehouse::{Warehouse, order};

#[tokio::test]
async fn an_unknown_order_is_a_404_problem_that_names_its_trace() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let response = running.get("/orders/17").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let trace = response.headers()["traceresponse"]
        .to_str()
        .unwrap()
        .to_owned();
    let problem: Value = response.json().await.unwrap();
    assert!(trace.contains(problem["trace_id"].as_str().unwrap()));
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("there is no order \"17\"")
    );
    running.stop().await;
}

#[tokio::test]
async fn readiness_is_an_assigned_partition_and_a_database() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    // The group takes its time: at first there is none.
    let response = running.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.unwrap().contains("no partition"));
    let lag: Value = running.get("/lag").await.json().await.unwrap();
    assert_eq!(lag["lag"], Value::Null, "nobody here knows yet: {lag}");
    assert_eq!(running.get("/healthz").await.status(), StatusCode::OK);
    running.until_ready().await;
    running.stop().await;
}

#[tokio::test]
async fn the_lag_is_told_for_each_partition_and_in_sum() {
    let warehouse = Warehouse::open();
    let running = warehouse.start(&[]).await;
    let order = order("MUG-2");
    warehouse.send(&order).await;
    running.order(&order.order_id).await;
    running.until_nothing_waits(1).await;
    let lag: Value = running.get("/lag").await.json().await.unwrap();
    let partitions = lag["partitions"].as_array().unwrap();
    assert_eq!(partitions.len(), 2, "{lag}");
    for partition in partitions {
        let high = partition["high_watermark"].as_i64().unwrap();
        let committed = if high == 0 { Value::Null } else { high.into() };
        assert_eq!(partition["committed"], committed, "{lag}");
        assert_eq!(partition["lag"], 0, "{lag}");
    }
    running.stop().await;
}
