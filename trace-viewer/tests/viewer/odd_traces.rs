//! Traces as broken senders make them: every one is answered, none does harm.

use serde_json::json;

use crate::harness::*;

#[tokio::test]
async fn a_parent_that_no_span_has_is_listed_as_missing() {
    let viewer = TestViewer::start().await;
    viewer
        .spans("gateway", vec![child(1, 2, 9), child(1, 3, 2)])
        .await;
    let missing = json!([{"span_id": span_hex(2), "parent_span_id": span_hex(9)}]);
    assert_eq!(viewer.trace(1).await["missing_parents"], missing);
    let summary = viewer.json("/api/traces").await["traces"][0].clone();
    assert_eq!(summary["missing_parents"], 1);
    assert_eq!(summary["root"], json!(null));
}

#[tokio::test]
async fn spans_that_are_their_own_ancestors_are_answered() {
    let viewer = TestViewer::start().await;
    viewer
        .spans(
            "gateway",
            vec![child(1, 1, 2), child(1, 2, 1), child(1, 3, 3)],
        )
        .await;
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"].as_array().unwrap().len(), 3);
    assert_eq!(trace["missing_parents"], json!([]));
    assert_eq!(
        viewer.json("/api/traces").await["traces"][0]["root"],
        json!(null)
    );
}

#[tokio::test]
async fn a_span_that_links_to_itself_is_answered_and_not_called_linked() {
    let viewer = TestViewer::start().await;
    viewer
        .spans("gateway", vec![linking(span(1, 1), 1, 1)])
        .await;
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"][0]["links"][0]["found"], true);
    assert_eq!(trace["linked_from"][0]["span_id"], span_hex(1));
    assert_eq!(
        viewer.json("/api/traces").await["traces"][0]["linked"],
        false
    );
}

#[tokio::test]
async fn a_span_that_ends_before_it_starts_lasts_no_time() {
    let viewer = TestViewer::start().await;
    let mut reversed = span(1, 1);
    reversed.end_time_unix_nano = 0;
    let mut endless = span(2, 1);
    endless.start_time_unix_nano = 0;
    endless.end_time_unix_nano = u64::MAX;
    viewer.spans("gateway", vec![reversed, endless]).await;
    let reversed = viewer.trace(1).await;
    assert_eq!(reversed["spans"][0]["duration_ns"], 0);
    assert_eq!(reversed["duration_ns"], 0);
    assert_eq!(viewer.trace(2).await["duration_ns"], u64::MAX);
}

#[tokio::test]
async fn a_kind_or_status_from_the_future_reads_as_none() {
    let viewer = TestViewer::start().await;
    let mut span = failed(span(1, 1), "");
    span.kind = 99;
    span.status.as_mut().unwrap().code = -7;
    viewer.spans("gateway", vec![span]).await;
    let span = viewer.trace(1).await["spans"][0].clone();
    assert_eq!(
        (&span["kind"], &span["status"]["code"]),
        (&json!("unspecified"), &json!("unset"))
    );
}
