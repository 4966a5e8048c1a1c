//! The service map: who calls whom, which databases and queues, how often and how long.

use serde_json::{Value, json};
use shared_telemetry::otlp::proto::trace::v1::Span;

use crate::harness::*;

const CLIENT: i32 = 3;
const PRODUCER: i32 = 4;
const CONSUMER: i32 = 5;

fn of_kind(kind: i32, span: Span) -> Span {
    Span { kind, ..span }
}

fn lasting(millis: u64, span: Span) -> Span {
    Span {
        end_time_unix_nano: span.start_time_unix_nano + millis * MILLI,
        ..span
    }
}

fn starting(millis: u64, span: Span) -> Span {
    Span {
        start_time_unix_nano: EPOCH + millis * MILLI,
        end_time_unix_nano: EPOCH + (millis + 1) * MILLI,
        ..span
    }
}

fn to_topic(span: Span) -> Span {
    let span = with(span, "messaging.system", text("kafka"));
    with(span, "messaging.destination.name", text("orders"))
}

/// From, to, dashed, calls, errors.
fn ways(map: &Value) -> Vec<(String, String, bool, u64, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let edges = map["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            let number = |key: &str| edge[key].as_u64().unwrap();
            (
                text(&edge["from"]),
                text(&edge["to"]),
                edge["asynchronous"].as_bool().unwrap(),
                number("calls"),
                number("errors"),
            )
        })
        .collect()
}

fn way(
    from: &str,
    to: &str,
    dashed: bool,
    calls: u64,
    errors: u64,
) -> (String, String, bool, u64, u64) {
    (from.to_owned(), to.to_owned(), dashed, calls, errors)
}

#[tokio::test]
async fn calls_and_messages_are_counted_and_a_batch_takes_each_message_once() {
    let viewer = TestViewer::start().await;
    let send = of_kind(PRODUCER, child(1, 2, 1));
    let other = of_kind(PRODUCER, child(1, 4, 1));
    let batch = failed(linking(linking(span(2, 1), 1, 2), 1, 4), "one of them");
    let process = |id, of| linking(child(2, id, 1), 1, of);
    let bad = failed(process(3, 4), "no stock");
    viewer.spans("gateway", vec![span(1, 1), send, other]).await;
    viewer
        .spans("pricing", vec![failed(child(1, 3, 1), "no price")])
        .await;
    let taken = [batch, process(2, 2), bad].map(|span| of_kind(CONSUMER, span));
    viewer.spans("fulfillment", taken.to_vec()).await;
    let map = viewer.json("/api/map").await;
    assert_eq!(
        ways(&map),
        [
            way("service:gateway", "service:fulfillment", true, 2, 1),
            way("service:gateway", "service:pricing", false, 1, 1),
        ]
    );
    assert_eq!(
        map["nodes"][2],
        json!({"id": "service:pricing", "kind": "service", "name": "pricing", "system": "", "at": "",
            "spans": 1, "errors": 1})
    );
}

#[tokio::test]
async fn a_topic_stands_between_who_sends_and_who_takes() {
    let viewer = TestViewer::start().await;
    let send = |id| to_topic(of_kind(PRODUCER, span(1, id)));
    viewer
        .spans(
            "gateway",
            vec![starting(10, send(1)), starting(20, send(2))],
        )
        .await;
    let take = starting(17, linking(of_kind(CONSUMER, span(2, 1)), 1, 1));
    // Of this one the sending is not kept: its topic is known, its wait is not.
    let unknown = linking(of_kind(CONSUMER, span(2, 2)), 9, 9);
    viewer
        .spans("fulfillment", vec![to_topic(take), to_topic(unknown)])
        .await;
    let map = viewer.json("/api/map").await;
    assert_eq!(
        ways(&map),
        [
            way("service:gateway", "queue:orders", true, 2, 0),
            way("queue:orders", "service:fulfillment", true, 2, 0),
        ]
    );
    assert_eq!(map["edges"][1]["median_ns"], 7 * MILLI);
    let queue = &map["nodes"][2];
    assert_eq!(
        (&queue["kind"], &queue["system"]),
        (&json!("queue"), &json!("kafka"))
    );
}

#[tokio::test]
async fn a_database_is_one_for_all_who_name_its_server_and_else_the_services_own() {
    let viewer = TestViewer::start().await;
    let query = |id, name: &str| {
        let span = with(
            of_kind(CLIENT, span(1, id)),
            "db.system.name",
            text("sqlite"),
        );
        with(span, "db.namespace", text(name))
    };
    let at = |span| with(span, "server.address", text("db.local"));
    viewer
        .spans(
            "gateway",
            vec![failed(query(1, "main"), "locked"), at(query(2, "shared"))],
        )
        .await;
    viewer
        .spans("pricing", vec![query(3, "main"), at(query(4, "shared"))])
        .await;
    let map = viewer.json("/api/map").await;
    assert_eq!(
        ways(&map),
        [
            way("service:gateway", "database:main@gateway", false, 1, 1),
            way("service:gateway", "database:shared@db.local", false, 1, 0),
            way("service:pricing", "database:main@pricing", false, 1, 0),
            way("service:pricing", "database:shared@db.local", false, 1, 0),
        ]
    );
}

#[tokio::test]
async fn a_calls_time_and_failure_are_those_its_caller_saw() {
    let viewer = TestViewer::start().await;
    let call = |id, millis| lasting(millis, of_kind(CLIENT, span(1, id)));
    let mut calls: Vec<_> = (1..=20).map(|id| call(id, id)).collect();
    calls[19] = failed(call(20, 500), "timed out");
    viewer.spans("gateway", calls).await;
    let answers = (1..=20).map(|id| lasting(1, child(1, 100 + id, id)));
    viewer.spans("pricing", answers.collect()).await;
    let edge = viewer.json("/api/map").await["edges"][0].clone();
    assert_eq!((&edge["calls"], &edge["errors"]), (&json!(20), &json!(1)));
    assert_eq!(edge["median_ns"], 10 * MILLI);
    assert_eq!(edge["p95_ns"], 19 * MILLI);
}

#[tokio::test]
async fn the_rate_goes_by_arrival_whatever_the_senders_clocks_say() {
    let viewer = TestViewer::start().await;
    let mut spans = Vec::new();
    for (trace, start) in [(1, 0), (2, EPOCH), (3, u64::MAX - 1)] {
        let root = Span {
            start_time_unix_nano: start,
            end_time_unix_nano: start + 1,
            ..span(trace, 1)
        };
        let answer = Span {
            parent_span_id: root.span_id.clone(),
            span_id: 2_u64.to_be_bytes().to_vec(),
            ..root.clone()
        };
        viewer.spans("gateway", vec![root]).await;
        spans.push(answer);
    }
    viewer.spans("pricing", spans).await;
    let map = viewer.json("/api/map").await;
    let seconds = map["seconds"].as_f64().unwrap();
    assert!(seconds > 0.0 && seconds < 600.0, "{seconds}");
    assert_eq!(map["edges"][0]["calls"], 3);
    let rate = map["edges"][0]["calls_per_minute"].as_f64();
    // Within a second there is none; a slow machine may have taken longer.
    assert_eq!(rate.is_none(), seconds < 1.0, "{rate:?} in {seconds}");
}
