//! Samplers that cap and that choose by route, through the real binary: what they keep is whole,
//! what they don't is nowhere.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::time::Instant;

use system_tests::{Answer, Demo, DemoBuilder, Order, Trace, cart};

/// Stock is asked for by two services, so that a half trace would show.
const STOCK: &str = "/stock/TEAPOT-1";
const CALLER: (&str, &str) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

fn demo(sampler: &str, argument: &str) -> Demo {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("OTEL_TRACES_SAMPLER", sampler)
        .env("OTEL_TRACES_SAMPLER_ARG", argument)
        .start()
}

/// What an answer says of its own trace.
fn sampled(answer: &Answer) -> bool {
    let header = answer.headers["traceresponse"].to_str().unwrap();
    header.ends_with(['1', '3'])
}

/// Each process exports by itself: waits until all of them have.
async fn was_recorded_whole(demo: &Demo, id: &str, spans: &[(&str, &str)]) {
    let missing = |trace: &Trace| {
        let missing = |(service, name): &&(&str, &str)| trace.all(service, name).is_empty();
        spans.iter().find(missing).copied()
    };
    let trace = demo
        .trace_when(id, |trace| missing(trace).is_none() && trace.orphans() == 0)
        .await;
    assert_eq!(missing(&trace), None, "in {}", trace.names());
    assert_eq!(trace.orphans(), 0, "{}", trace.names());
}

const CHECKOUT: &[(&str, &str)] = &[
    ("gateway", "POST /checkout"),
    ("pricing", "GET /quote/{sku}"),
];
const BEHIND: &[(&str, &str)] = &[
    ("fulfillment", "process_batch order.created"),
    ("inventory", "reserve_inventory"),
];
const OF_STOCK: &[(&str, &str)] = &[
    ("gateway", "GET /stock/{sku}"),
    ("inventory", "GET /stock/{sku}"),
];

/// The checkout's trace and the one behind the queue.
async fn both_sides_were_recorded_whole(demo: &Demo, order: &Order) {
    let state = demo.order_in_state(&order.id(), "reserved").await;
    let behind = state["fulfillment_trace_id"].as_str().unwrap();
    was_recorded_whole(demo, &order.trace_id(), CHECKOUT).await;
    was_recorded_whole(demo, behind, BEHIND).await;
}

async fn was_not_recorded(demo: &Demo, id: &str) {
    let answer = demo.get("viewer", &format!("/api/traces/{id}")).await;
    let spans = answer.json["spans"].as_array().map_or(0, Vec::len);
    assert_eq!(spans, 0, "an unsampled trace left spans: {}", answer.json);
}

#[tokio::test]
async fn checkouts_are_always_recorded_and_what_is_asked_all_the_time_never() {
    let demo = demo(
        "parentbased_rules",
        // No rule for the consumer: it follows the checkout that it links to.
        "POST /checkout=always,GET /orders/{id}=never,*=0",
    );
    let mut not_kept = Vec::new();
    for _ in 0..5 {
        // Asks for the order's state again and again.
        let order = demo.order().await;
        both_sides_were_recorded_whole(&demo, &order).await;
        for path in [&format!("/orders/{}", order.id()), STOCK] {
            let answer = demo.get("gateway", path).await;
            assert!(!sampled(&answer), "{path}");
            not_kept.push(answer.trace_id());
        }
    }
    for service in ["gateway", "pricing", "fulfillment", "inventory"] {
        for probe in ["/healthz", "/readyz"] {
            let answer = demo.get(service, probe).await;
            assert!(!answer.headers.contains_key("traceresponse"), "{probe}");
        }
    }
    // What comes after them is there, so they would be too.
    both_sides_were_recorded_whole(&demo, &demo.order().await).await;
    for id in not_kept {
        was_not_recorded(&demo, &id).await;
    }
}

#[tokio::test]
async fn a_rate_keeps_no_more_traces_than_it_says_and_keeps_them_whole() {
    let demo = demo("parentbased_ratelimiting", "5");
    let (mut kept, mut not_kept) = (Vec::new(), Vec::new());
    // A full bucket now, and what flows in until the last answer: a bound that holds for sure.
    let started = Instant::now();
    for _ in 0..60 {
        let answer = demo.get("gateway", STOCK).await;
        let list = if sampled(&answer) {
            &mut kept
        } else {
            &mut not_kept
        };
        list.push(answer.trace_id());
    }
    let most = 5.0 + 5.0 * started.elapsed().as_secs_f64();
    assert!(kept.len() >= 5, "{} of 60: a second's worth", kept.len());
    assert!(
        kept.len() as f64 <= most,
        "{} of at most {most}",
        kept.len()
    );
    for id in &kept {
        was_recorded_whole(&demo, id, OF_STOCK).await;
    }
    for id in &not_kept {
        was_not_recorded(&demo, id).await;
    }
}

#[tokio::test]
async fn the_debug_header_of_a_believed_caller_is_stronger_than_every_rule() {
    let demo = demo("parentbased_rules", "*=never");
    let plain = demo.checkout(&cart(), &[]).await;
    assert!(!sampled(&plain));
    let forced = demo.checkout(&cart(), &[("x-trace-debug", "1")]).await;
    assert!(sampled(&forced));
    // Behind the queue too, and with a random number that every later share keeps.
    let forced = Order {
        accepted: forced.json,
    };
    both_sides_were_recorded_whole(&demo, &forced).await;
    let (checkout, behind) = demo.both_traces(&forced).await;
    for span in checkout.spans().chain(behind.spans()) {
        assert_eq!(
            span.trace_state(),
            "ot=rv:ffffffffffffff",
            "{}",
            span.name()
        );
    }
    was_not_recorded(&demo, &plain.trace_id()).await;
}

#[tokio::test]
async fn a_believed_caller_that_does_not_record_is_obeyed_where_a_rule_says_always() {
    let demo = demo("parentbased_rules", "*=always");
    let traceparent = format!("00-{}-{}-00", CALLER.0, CALLER.1);
    let quiet = demo
        .checkout(&cart(), &[("traceparent", &traceparent)])
        .await;
    assert_eq!(quiet.trace_id(), CALLER.0);
    assert!(!sampled(&quiet));
    // A later one is there, so the one before would be too.
    let order = demo.order().await;
    both_sides_were_recorded_whole(&demo, &order).await;
    was_not_recorded(&demo, CALLER.0).await;
}
