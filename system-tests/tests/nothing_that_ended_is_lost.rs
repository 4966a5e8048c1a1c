//! Flush: what has ended when a process is told to stop is exported, though the exporter's next
//! batch is minutes away.

use std::net::SocketAddr;

use serde_json::Value;
use system_tests::DemoBuilder;
use trace_viewer::{Address, Limits, Settings, Viewer};

/// A receiver of this test's own, so that it is there when the demo is gone.
fn receiver() -> Viewer {
    let any = Address::exactly(SocketAddr::from(([127, 0, 0, 1], 0)));
    let settings = Settings {
        query: any,
        otlp_http: any,
        otlp_grpc: any,
        limits: Limits::default(),
    };
    Viewer::build(settings).unwrap()
}

async fn json(url: String) -> Value {
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

async fn every_span_arrives(protocol: &str) {
    let receiver = receiver();
    let addresses = receiver.addresses();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let receiving = shared_telemetry::task::spawn(receiver.run(async {
        let _ = stopped.await;
    }));
    let endpoint = if protocol == "grpc" {
        addresses.otlp_grpc
    } else {
        addresses.otlp_http
    };
    let mut demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{endpoint}"))
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
        .env("OTEL_BLRP_SCHEDULE_DELAY", "600000")
        .start();
    let mut traces = Vec::new();
    for _ in 0..10 {
        let answer = demo
            .get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
            .await;
        let id = answer.json["order_id"].as_str().unwrap().to_owned();
        let state = demo.order_in_state(&id, "reserved").await;
        traces.push((
            answer.trace_id(),
            state["fulfillment_trace_id"].as_str().unwrap().to_owned(),
        ));
    }
    let mut spans_before = 0;
    let stats = format!("http://{}/api/stats", addresses.query);
    spans_before += json(stats).await["spans"].as_u64().unwrap();
    assert_eq!(spans_before, 0, "nothing was exported yet");
    assert!(demo.stop().success());

    for (checkout, behind) in traces {
        for (id, names) in [
            (
                &checkout,
                ["GET /checkout", "GET /quote/{sku}", "send order.created"],
            ),
            (
                &behind,
                [
                    "process order.created",
                    "reserve_inventory",
                    "commit order.created",
                ],
            ),
        ] {
            let trace = json(format!("http://{}/api/traces/{id}", addresses.query)).await;
            for name in names {
                let spans = trace["spans"]
                    .as_array()
                    .unwrap_or_else(|| panic!("{id}: {trace}"));
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
    }
    let _ = stop.send(());
    receiving.await.unwrap().unwrap();
}

#[tokio::test]
async fn sigterm_exports_every_ended_span_over_http() {
    every_span_arrives("http/protobuf").await;
}

#[tokio::test]
async fn sigterm_exports_every_ended_span_over_grpc() {
    every_span_arrives("grpc").await;
}
