//! Each request is one CLIENT span, the root of a trace of its own, and carries its fault.

#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod shop;

use std::collections::HashSet;

use clap::Parser as _;
use loadgen::{Settings, Stop, Target, drive};
use shared_telemetry::testing::{SpanKind, recorder};
use shop::{Running, Shop};

async fn load(shop: &Running, arguments: &[&str]) -> serde_json::Value {
    let line = ["loadgen", "--target", &shop.url].into_iter();
    let settings = Settings::try_parse_from(line.chain(arguments.iter().copied())).unwrap();
    let target = Target::look_up(&settings.target, false).unwrap();
    let (_trigger, stop) = Stop::new();
    let driven = drive(&settings, &target, stop).await.unwrap();
    serde_json::from_str(&driven.report.json()).unwrap()
}

// One test: the spans of a process are shared.
#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_the_root_of_its_own_trace_and_faults_travel_in_the_baggage() {
    let recorder = recorder();
    let shop = Shop::default().start().await;
    let mark = recorder.mark();
    let result = load(
        &shop,
        &[
            "--rate",
            "500",
            "--count",
            "100",
            "--mix",
            "checkout=1,stock=1",
            "--fault",
            "pricing.slow=1",
        ],
    )
    .await;

    let spans = recorder.since(mark);
    assert_eq!(spans.len(), 100, "one span a request");
    let mut ids = HashSet::new();
    for span in spans.spans() {
        assert_eq!(span.kind(), SpanKind::Client);
        assert_eq!(
            span.parent_id().to_string(),
            "0000000000000000",
            "it is a root"
        );
        ids.insert(span.trace_id().to_string());
    }
    assert_eq!(ids.len(), 100, "one trace a request");
    let sent: HashSet<_> = shop
        .header("traceparent")
        .iter()
        .map(|header| header.split('-').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(sent, ids, "the shop was told the same traces");

    let slow = result["slowest"].as_array().unwrap();
    assert_eq!(slow.len(), 5);
    for request in slow {
        let id = request["trace_id"].as_str().unwrap();
        assert!(ids.contains(id));
        assert_eq!(
            request["trace_url"],
            format!("http://127.0.0.1:16686/trace/{id}")
        );
    }
    let faults = shop.header("baggage");
    assert_eq!(faults.len(), shop.count("/checkout"));
    assert!(
        faults
            .iter()
            .all(|fault| fault == "demo.fault=pricing.slow")
    );
    assert!((20..80).contains(&faults.len()), "the mix is kept");
}
