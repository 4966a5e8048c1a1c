//! `tracectl verify` against a running demo: green when whole, red with the hop's name when not.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::process::{Command, Output};

use system_tests::{Demo, DemoBuilder};

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

const TRACECTL: &str = env!("CARGO_BIN_EXE_tracectl-under-test");

fn tracectl(arguments: &[&str]) -> Output {
    Command::new(TRACECTL)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("tracectl runs")
}

fn verify(demo: &Demo, more: &[&str]) -> (Option<i32>, String) {
    let output = demo.verify(TRACECTL, more);
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[test]
fn a_whole_system_passes() {
    let demo = demo().start();
    let (code, text) = verify(&demo, &[]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_whole_system_passes_with_parents_instead_of_links() {
    let demo = demo().set("fulfillment.MESSAGING_RELATION=parent").start();
    let (code, text) = verify(&demo, &["--relation", "parent"]);
    assert_eq!(code, Some(0), "{text}");
}

#[track_caller]
fn assert_names_the_hop(setting: &str, hop: &str) {
    let demo = demo().set(setting).start();
    let (code, text) = verify(&demo, &["--timeout", "6s"]);
    assert_eq!(code, Some(1), "{text}");
    let named = text
        .lines()
        .any(|line| line.contains('✗') && line.contains(hop));
    assert!(named, "{setting}: {hop} is not named in:\n{text}");
}

#[test]
fn pricing_that_reads_no_context_breaks_the_http_hop() {
    assert_names_the_hop("pricing.OTEL_PROPAGATORS=none", "HTTP gateway → pricing");
}

#[test]
fn a_gateway_that_writes_b3_to_a_pricing_that_reads_w3c_breaks_the_http_hop() {
    assert_names_the_hop(
        "gateway.PROPAGATORS_INJECT=b3,baggage",
        "HTTP gateway → pricing",
    );
}

#[test]
fn fulfillment_that_reads_no_context_breaks_the_kafka_hop() {
    assert_names_the_hop(
        "fulfillment.PROPAGATORS_EXTRACT=none",
        "Kafka gateway → fulfillment",
    );
}

#[test]
fn inventory_that_reads_no_context_breaks_the_grpc_hop() {
    assert_names_the_hop(
        "inventory.OTEL_PROPAGATORS=none",
        "gRPC fulfillment → inventory",
    );
}

#[test]
fn pricing_that_decides_for_itself_leaves_half_a_trace_and_is_named() {
    let demo = demo()
        .env("OTEL_TRACES_SAMPLER", "parentbased_always_off")
        .set("pricing.OTEL_TRACES_SAMPLER=always_on")
        .start();
    let (code, text) = verify(&demo, &["--timeout", "6s"]);
    assert_eq!(code, Some(1), "{text}");
    let told = text.lines().any(|line| {
        line.starts_with("✗ sampled")
            && line.contains("half a trace: pricing recorded it, gateway, which began it, did not")
    });
    assert!(told, "{text}");
}

#[test]
fn a_gateway_that_cannot_be_reached_is_no_verdict() {
    let demo = demo().start();
    let backend = format!("viewer={}", demo.url("viewer"));
    // Port 1 is never given out by the system.
    let gateway = "http://127.0.0.1:1";
    let output = tracectl(&["verify", "--gateway", gateway, "--backend", &backend]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    let sentence = "the gateway at http://127.0.0.1:1/ cannot be reached";
    assert!(text.contains(sentence), "{text}");
}

#[tokio::test]
async fn tree_prints_an_order_from_the_checkout_across_the_link_to_the_warehouse() {
    let demo = demo().start();
    let order = demo.order().await;
    let _complete = demo.both_traces(&order).await;
    let backend = format!("viewer={}", demo.url("viewer"));
    let output = tracectl(&[
        "tree",
        &order.trace_id(),
        "--backend",
        &backend,
        "--width",
        "120",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for part in [
        "POST /checkout",
        "business.checkout",
        "GET /quote/{sku}",
        "discount.applied",
        "send order.created",
        "process order.created",
        "inventory.v1.Inventory/ReserveStock",
        "UPDATE stock",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}
