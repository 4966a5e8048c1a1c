//! Links, and the way back from the trace that is linked to.

use serde_json::json;
use trace_viewer::Limits;

use crate::harness::*;

fn back_link() -> serde_json::Value {
    json!({
        "trace_id": trace_hex(2), "span_id": span_hex(7), "service": "fulfillment",
        "name": "span 7", "kind": "internal", "to_span_id": span_hex(1),
    })
}

#[tokio::test]
async fn a_link_to_a_trace_that_came_before_is_seen_from_both_ends() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    viewer
        .spans("fulfillment", vec![linking(span(2, 7), 1, 1)])
        .await;
    assert_eq!(viewer.trace(1).await["linked_from"], json!([back_link()]));
    let link = json!({
        "trace_id": trace_hex(1), "span_id": span_hex(1), "attributes": {}, "found": true,
        "service": "gateway", "name": "span 1", "kind": "internal",
    });
    assert_eq!(viewer.trace(2).await["spans"][0]["links"], json!([link]));
}

#[tokio::test]
async fn a_link_to_a_trace_that_comes_later_is_found_once_it_is_there() {
    let viewer = TestViewer::start().await;
    viewer
        .spans("fulfillment", vec![linking(span(2, 7), 1, 1)])
        .await;
    assert_eq!(
        viewer.trace(2).await["spans"][0]["links"][0]["found"],
        false
    );
    viewer.spans("gateway", vec![span(1, 1)]).await;
    assert_eq!(viewer.trace(2).await["spans"][0]["links"][0]["found"], true);
    assert_eq!(viewer.trace(1).await["linked_from"], json!([back_link()]));
}

#[tokio::test]
async fn one_span_may_link_to_many_and_many_to_one() {
    let viewer = TestViewer::start().await;
    viewer
        .spans("gateway", vec![span(1, 1), child(1, 2, 1)])
        .await;
    let batch = linking(linking(linking(span(2, 7), 1, 1), 1, 2), 3, 1);
    viewer
        .spans("fulfillment", vec![batch, linking(span(2, 8), 1, 1)])
        .await;
    let trace = viewer.trace(1).await;
    let ends: Vec<_> = trace["linked_from"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| (link["span_id"].clone(), link["to_span_id"].clone()))
        .collect();
    let expected =
        [(7, 1), (7, 2), (8, 1)].map(|(from, to)| (json!(span_hex(from)), json!(span_hex(to))));
    assert_eq!(ends, expected);
}

#[tokio::test]
async fn a_dropped_trace_leaves_no_back_links_and_is_no_longer_found() {
    let limits = Limits {
        traces: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer
        .spans("fulfillment", vec![linking(span(2, 7), 1, 1)])
        .await;
    viewer
        .spans("gateway", vec![linking(span(1, 1), 2, 7)])
        .await;
    assert_eq!(viewer.trace(1).await["linked_from"], json!([back_link()]));

    viewer.spans("gateway", vec![span(3, 1)]).await;
    assert!(!viewer.has_trace(2).await);
    let trace = viewer.trace(1).await;
    assert_eq!(trace["linked_from"], json!([]));
    assert_eq!(trace["spans"][0]["links"][0]["found"], false);
}

#[tokio::test]
async fn a_back_link_outlives_the_trace_it_leads_to() {
    let limits = Limits {
        traces: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    viewer
        .spans("fulfillment", vec![linking(span(2, 7), 1, 1)])
        .await;
    viewer.spans("gateway", vec![span(3, 1)]).await;
    assert!(!viewer.has_trace(1).await);
    viewer.spans("fulfillment", vec![child(2, 8, 7)]).await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    assert_eq!(viewer.trace(1).await["linked_from"], json!([back_link()]));
}

#[tokio::test]
async fn a_link_that_cannot_lead_anywhere_is_counted_as_dropped() {
    let viewer = TestViewer::start().await;
    let mut span = linking(linking(span(1, 1), 0, 1), 2, 1);
    span.links[1].span_id.pop();
    viewer.spans("gateway", vec![span]).await;
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"][0]["links"], json!([]));
    assert_eq!(trace["spans"][0]["dropped"]["links"], 2);
}

#[tokio::test]
async fn a_trace_is_no_longer_called_linked_when_the_linking_one_is_dropped() {
    let limits = Limits {
        traces: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer
        .spans("fulfillment", vec![linking(span(2, 7), 1, 1)])
        .await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    let service = "/api/traces?service=gateway&limit=1";
    assert_eq!(viewer.json(service).await["traces"][0]["linked"], true);
    viewer.spans("pricing", vec![span(3, 1)]).await;
    assert_eq!(viewer.json(service).await["traces"][0]["linked"], false);
}

#[tokio::test]
async fn those_that_took_a_message_come_by_start_the_batch_before_the_messages_own() {
    let viewer = TestViewer::start().await;
    let mut batch = linking(span(2, 9), 1, 1);
    batch.start_time_unix_nano -= 9;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    viewer
        .spans("fulfillment", vec![linking(child(2, 3, 9), 1, 1), batch])
        .await;
    let trace = viewer.trace(1).await;
    let ends = [9, 3].map(|end| json!(span_hex(end)));
    let found = trace["linked_from"].as_array().unwrap();
    assert_eq!(
        [&found[0]["span_id"], &found[1]["span_id"]],
        [&ends[0], &ends[1]]
    );
}
