//! What the trace of an order tells besides its shape: log lines, baggage, business attributes.

use system_tests::{Demo, Span, Trace};

use crate::demo;

#[tokio::test]
async fn one_id_greps_the_request_in_the_log_lines_of_every_service() {
    let demo = demo().start();
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    for (trace, services) in [
        (&checkout, ["gateway", "pricing"]),
        (&behind, ["fulfillment", "inventory"]),
    ] {
        let id = trace.json["trace_id"].as_str().unwrap();
        for service in services {
            let what = format!("line of {service} under trace {id}");
            let line = demo.wait_for_line(&what, |line| {
                line["trace_id"] == id && line["service"] == service
            });
            let span_id = line["span_id"].as_str().unwrap();
            assert!(
                trace.by_id(span_id).is_some(),
                "{service} logs a span id of its own trace"
            );
            demo.stored_log(id, service).await;
        }
    }
    let outside = demo.log_lines(|line| line["trace_id"] == "-" && line["span_id"] == "-");
    assert!(!outside.is_empty(), "lines outside of a span say so");
}

#[tokio::test]
async fn the_customers_tier_set_at_the_edge_is_read_in_every_service_through_kafka_too() {
    let demo = demo().start();
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    let tier = |span: Span<'_>| {
        span.attribute("app.customer.tier")
            .as_str()
            .map(str::to_owned)
    };
    let gold = Some("gold".to_owned());
    assert_eq!(
        tier(checkout.first("pricing", "GET /quote/{sku}")),
        gold,
        "over HTTP"
    );
    assert_eq!(
        tier(behind.first("fulfillment", "process order.created")),
        gold,
        "through Kafka"
    );
    assert_eq!(
        tier(behind.first("inventory", "reserve_inventory")),
        gold,
        "over gRPC"
    );
}

#[tokio::test]
async fn the_checkout_tells_its_story_in_attributes_and_events_and_no_personal_data() {
    let demo = demo().start();
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    let business = checkout.first("gateway", "business.checkout");
    assert_eq!(business.attribute("app.checkout.currency"), "EUR");
    assert_eq!(
        business.attribute("app.checkout.subtotal_cents"),
        &order.accepted["subtotal_cents"]
    );
    assert_eq!(business.attribute("app.customer.tier"), "gold");
    let with_step = |trace: &Trace| -> Vec<String> {
        let spans = trace
            .spans()
            .filter(|span| !span.attribute("checkout.step").is_null());
        spans.map(|span| span.name().to_owned()).collect()
    };
    assert_eq!(with_step(&checkout), ["business.checkout"]);
    assert_eq!(with_step(&behind), [""; 0]);
    let promotion = checkout.first("pricing", "apply_promotion");
    assert_eq!(
        promotion.event("discount.applied")["attributes"]["percent"],
        10
    );
    let missed = checkout
        .spans()
        .filter(|span| !span.event("cache.miss").is_null())
        .count();
    assert!(missed >= 1, "the first quotes are not in the cache");

    let told = format!("{}{}{}", checkout.json, behind.json, demo.output());
    for secret in ["ada@example.com", "tok_4242424242424242"] {
        assert!(!told.contains(secret), "{secret} left a process");
    }
}

/// What a span costs is paid for each of them: a new one is a decision, made here too.
#[tokio::test]
async fn an_order_of_two_articles_is_so_many_spans_and_no_more() {
    let demo = demo().start();
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    for (trace, service, spans) in [
        (&checkout, "gateway", 7),
        (&checkout, "pricing", 8),
        (&behind, "fulfillment", 6),
        (&behind, "inventory", 7),
    ] {
        let of_service = trace.spans().filter(|span| span.service() == service);
        assert_eq!(of_service.count(), spans, "{service}: {}", trace.names());
    }
}

#[tokio::test]
async fn every_answer_names_its_trace_and_the_viewer_has_it() {
    let demo: Demo = demo().start();
    for (path, status) in [
        ("/checkout?sku=TEAPOT-1&quantity=1", 202),
        ("/checkout?sku=NO-SUCH&quantity=1", 422),
        ("/orders/0190a5c8-0000-7000-8000-000000000000", 404),
        ("/nothing/here", 404),
    ] {
        let answer = demo.get("gateway", path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.json);
        let id = answer.trace_id();
        assert_eq!(
            answer.json["trace_id"], id,
            "{path}: the body names the same trace"
        );
        let timing = answer.headers["server-timing"].to_str().unwrap();
        assert!(timing.contains(&id), "{path}: {timing}");
        let trace = demo
            .trace_when(&id, |trace| {
                trace.spans().any(|span| span.service() == "gateway")
            })
            .await;
        assert!(
            trace.spans().any(|span| span.service() == "gateway"),
            "{path}"
        );
    }
}
