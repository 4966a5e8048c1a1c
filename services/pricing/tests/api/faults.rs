//! The faults that a request may ask for by its baggage.

use std::time::{Duration, Instant};

use contracts::Faults;
use shared_telemetry::testing::SpanKind;

use crate::support::{Pricing, problem, trace_id, traced};

const SERVER: &str = "GET /quote/{sku}";

fn asking(pricing: &Pricing, id: &str, fault: &str) -> reqwest::RequestBuilder {
    let request = traced(pricing.request("/quote/MUG-2"), id);
    request.header("baggage", format!("demo.fault={fault}"))
}

#[tokio::test]
async fn pricing_error_is_a_500_whose_span_says_that_it_was_asked_for() {
    let pricing = Pricing::start_with(Faults::new(true)).await;
    let id = trace_id(30);
    let answer = asking(&pricing, &id, "pricing.error").send().await.unwrap();
    let detail = problem(answer, 500).await;
    assert_eq!(detail, "the request asked for the fault pricing.error");

    let tree = pricing.trace(&id, SERVER, 1).await;
    let server = tree.one(SERVER, SpanKind::Server);
    assert!(server.failed(), "{server:?}");
    assert_eq!(server.events(), ["fault.injected", "exception"]);
    let fault = server.event_text("fault.injected", "app.fault");
    assert_eq!(fault, "pricing.error");
    pricing.stop().await;
}

#[tokio::test]
async fn pricing_slow_is_two_seconds_within_the_server_span_and_then_a_quote() {
    let pricing = Pricing::start_with(Faults::new(true)).await;
    let id = trace_id(31);
    let began = Instant::now();
    let answer = asking(&pricing, &id, "pricing.slow").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(began.elapsed() >= Duration::from_secs(2));

    let tree = pricing.trace(&id, SERVER, 2).await;
    let server = tree.one(SERVER, SpanKind::Server);
    assert!(server.duration() >= Duration::from_secs(2), "{server:?}");
    assert_eq!(server.events(), ["fault.injected", "cache.miss"]);
    assert!(server.status_unset(), "{server:?}");
    pricing.stop().await;
}

#[tokio::test]
async fn nobody_gets_a_fault_where_they_are_off_nor_one_of_another_service() {
    let cases = [
        (Faults::default(), "pricing.error"),
        (Faults::new(true), "inventory.error"),
    ];
    for (number, (faults, fault)) in (32..).zip(cases) {
        let pricing = Pricing::start_with(faults).await;
        let id = trace_id(number);
        let answer = asking(&pricing, &id, fault).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let tree = pricing.trace(&id, SERVER, 2).await;
        let server = tree.one(SERVER, SpanKind::Server);
        assert_eq!(server.events(), ["cache.miss"]);
        pricing.stop().await;
    }
}
