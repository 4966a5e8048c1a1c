//! Flush: what has ended when a process is told to stop is exported, though the exporter's next
//! batch is minutes away.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::net::SocketAddr;

use serde_json::Value;
use system_tests::{Demo, DemoBuilder};
use trace_viewer::{Address, Limits, Settings, Viewer};

/// A receiver of this test's own, so that it is there when the demo is gone.
fn receiver() -> Viewer {
    let any = Address::exactly(SocketAddr::from(([127, 0, 0, 1], 0)));
    let settings = Settings {
        query: any,
        otlp_http: any,
        otlp_grpc: any,
        limits: Limits::default(),
        meanings: Vec::new(),
        readers: Vec::new(),
    };
    Viewer::build(settings).unwrap()
}

async fn json(url: String) -> Value {
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

/// A demo that exports to `endpoint`, and not before it is stopped.
fn demo_that_waits(endpoint: SocketAddr, protocol: &str) -> Demo {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{endpoint}"))
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
        .env("OTEL_BSP_MAX_QUEUE_SIZE", "65536")
        .env("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "65536")
        .env("OTEL_BLRP_SCHEDULE_DELAY", "600000")
        .start()
}

/// Places an order and gives its two trace ids when it is reserved.
async fn order(demo: &Demo) -> (String, String) {
    let answer = demo
        .get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
        .await;
    let id = answer.json["order_id"].as_str().unwrap().to_owned();
    let state = demo.order_in_state(&id, "reserved").await;
    (
        answer.trace_id(),
        state["fulfillment_trace_id"].as_str().unwrap().to_owned(),
    )
}

async fn assert_whole(query: SocketAddr, id: &str, names: [&str; 3]) {
    let trace = json(format!("http://{query}/api/traces/{id}")).await;
    let spans = trace["spans"]
        .as_array()
        .unwrap_or_else(|| panic!("{id}: {trace}"));
    for name in names {
        assert!(
            spans.iter().any(|span| span["name"] == name),
            "{name} of {id} is lost"
        );
    }
    assert_eq!(
        trace["missing_parents"].as_array().unwrap().len(),
        0,
        "{id}"
    );
}

async fn every_span_arrives(protocol: &str) {
    let receiver = receiver();
    let addresses = receiver.addresses();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let receiving = shared_telemetry::task::spawn(receiver.run(async {
        let _ = stopped.await;
    }));
    let grpc = protocol == "grpc";
    let endpoint = if grpc {
        addresses.otlp_grpc
    } else {
        addresses.otlp_http
    };
    let mut demo = demo_that_waits(endpoint, protocol);
    let mut traces = Vec::new();
    for _ in 0..10 {
        traces.push(order(&demo).await);
    }
    let stats = json(format!("http://{}/api/stats", addresses.query)).await;
    assert_eq!(stats["spans"], 0, "nothing was exported yet");
    // The receiver runs in this process and must go on while this waits.
    let status = tokio::task::block_in_place(|| demo.stop());
    assert!(status.success(), "{status}");

    for (checkout, behind) in traces {
        let before = ["GET /checkout", "GET /quote/{sku}", "send order.created"];
        let after = [
            "process order.created",
            "reserve_inventory",
            "commit order.created",
        ];
        assert_whole(addresses.query, &checkout, before).await;
        assert_whole(addresses.query, &behind, after).await;
    }
    let _ = stop.send(());
    receiving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_exports_every_ended_span_over_http() {
    every_span_arrives("http/protobuf").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_exports_every_ended_span_over_grpc() {
    every_span_arrives("grpc").await;
}
