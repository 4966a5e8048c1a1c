//! Traces as broken senders make them: every one is answered, none does harm.

use prost::Message;
use serde_json::json;
use shared_telemetry::otlp::proto::common::v1::{KeyValueList, any_value};

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
    // What a list can show instead.
    assert_eq!(summary["first"]["service"], "gateway");
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

#[tokio::test]
async fn a_span_that_its_sender_sends_again_is_kept_once_and_the_first_stays() {
    let viewer = TestViewer::start().await;
    let mut again = failed(child(1, 1, 9), "another one");
    again.name = "impostor".to_owned();
    viewer.spans("gateway", vec![span(1, 1)]).await;
    viewer.spans("gateway", vec![again]).await;
    // In another trace the same id is another span.
    viewer.spans("gateway", vec![span(2, 1)]).await;
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"].as_array().unwrap().len(), 1);
    assert_eq!(trace["spans"][0]["name"], "span 1");
    assert_eq!(viewer.stat("spans").await, 2);
}

#[tokio::test]
async fn nobody_loses_a_span_because_another_sender_came_first_with_its_id() {
    let viewer = TestViewer::start().await;
    let mut forged = span(1, 1);
    forged.name = "impostor".to_owned();
    viewer.spans("storefront", vec![forged]).await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    let trace = viewer.trace(1).await;
    assert_eq!(trace["services"], json!(["gateway", "storefront"]));
    let spans = trace["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().any(|span| span["name"] == "span 1"));
}

#[tokio::test]
async fn names_keys_and_texts_of_any_length_and_letters_come_back_whole() {
    let viewer = TestViewer::start().await;
    let huge = format!(
        "<img src=x onerror=alert(1)>\u{202e}\u{200b}{}",
        "ü".repeat(100_000)
    );
    let mut span = with(span(1, 1), &huge, text(&huge));
    span.name = huge.clone();
    span.trace_state = huge.clone();
    viewer.spans(&huge, vec![failed(span, &huge)]).await;
    viewer.logs(&huge, vec![log(1, 1, EPOCH, &huge)]).await;
    let span = viewer.trace(1).await["spans"][0].clone();
    for part in [
        &span["name"],
        &span["service"],
        &span["trace_state"],
        &span["status"]["message"],
        &span["attributes"][&huge],
    ] {
        assert_eq!(part.as_str(), Some(huge.as_str()));
    }
    assert_eq!(
        viewer.json("/api/services").await["services"][0]["name"],
        huge
    );
    let map = viewer.json("/api/map").await;
    assert_eq!(map["nodes"][0]["name"], huge);
}

#[tokio::test]
async fn a_value_nested_too_deeply_is_refused_and_a_deep_one_is_answered() {
    let viewer = TestViewer::start().await;
    let nested = |deep: usize| {
        (0..deep).fold(text("inside"), |inside, _| {
            any_value::Value::KvlistValue(KeyValueList {
                values: vec![attribute("k", inside)],
            })
        })
    };
    let body =
        |deep| trace_request("gateway", vec![with(span(1, 1), "k", nested(deep))]).encode_to_vec();
    let refused = viewer.post("/v1/traces", PROTOBUF, body(1_000)).await;
    assert_eq!(refused.status(), 413);
    let taken = viewer.post("/v1/traces", PROTOBUF, body(20)).await;
    assert_eq!(taken.status(), 200);
    let mut value = viewer.trace(1).await["spans"][0]["attributes"]["k"].clone();
    for _ in 0..20 {
        value = value["k"].take();
    }
    assert_eq!(value, "inside");
}

#[tokio::test]
async fn links_in_a_circle_end() {
    let viewer = TestViewer::start().await;
    for trace in 1..=3 {
        viewer
            .spans("gateway", vec![linking(span(trace, 1), trace % 3 + 1, 1)])
            .await;
    }
    let file = viewer
        .json(&format!("/api/traces/{}/otlp?linked=true", trace_hex(2)))
        .await;
    let spans = file["resourceSpans"][0]["scopeSpans"][0]["spans"].clone();
    assert_eq!(spans.as_array().unwrap().len(), 3);
    assert_eq!(
        viewer.trace(2).await["linked_from"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_chain_of_twenty_thousand_spans_is_answered_everywhere() {
    let viewer = TestViewer::start().await;
    let ids: Vec<u64> = (1..=20_000).collect();
    for part in ids.chunks(5_000) {
        let spans = part.iter().map(|id| match id {
            1 => span(1, 1),
            id => child(1, *id, id - 1),
        });
        viewer.spans("gateway", spans.collect()).await;
    }
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"].as_array().unwrap().len(), 20_000);
    assert_eq!(trace["missing_parents"], json!([]));
    assert_eq!(trace["truncated"], false);
    let file = viewer
        .json(&format!("/api/traces/{}/otlp", trace_hex(1)))
        .await;
    let spans = file["resourceSpans"][0]["scopeSpans"][0]["spans"].clone();
    assert_eq!(spans.as_array().unwrap().len(), 20_000);
    assert_eq!(viewer.json("/api/map").await["nodes"][0]["spans"], 20_000);
    let summary = viewer.json("/api/traces").await["traces"][0].clone();
    assert_eq!(summary["span_count"], 20_000);
}
