//! One order, from the answer of the checkout to the warehouse's SQL, as the viewer shows it.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod noise;
mod story;

use system_tests::{DemoBuilder, Span, Trace};

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

#[track_caller]
fn assert_child(hop: &str, parent: Span<'_>, child: Span<'_>) {
    assert_eq!(
        child.parent_id(),
        parent.id(),
        "{hop}: parent of {} ({}) is not {} ({})",
        child.name(),
        child.service(),
        parent.name(),
        parent.service(),
    );
}

fn parent_of<'t>(trace: &'t Trace, span: Span<'_>) -> Span<'t> {
    trace
        .by_id(span.parent_id())
        .unwrap_or_else(|| panic!("{} is an orphan", span.name()))
}

#[tokio::test]
async fn the_checkout_is_one_tree_from_the_gateway_to_the_prices_database() {
    let demo = demo().start();
    let order = demo.order().await;
    let (trace, _) = demo.both_traces(&order).await;

    let server = trace.first("gateway", "POST /checkout");
    let business = trace.first("gateway", "business.checkout");
    assert_eq!((server.kind(), business.kind()), ("server", "internal"));
    assert_eq!(server.parent_id(), "");
    assert_child("inside the gateway", server, business);

    let calls = trace.all("gateway", "GET");
    let quotes = trace.all("pricing", "GET /quote/{sku}");
    assert_eq!(
        (calls.len(), quotes.len()),
        (2, 2),
        "one call for each line: {}",
        trace.names()
    );
    for call in &calls {
        assert_eq!(call.kind(), "client");
        assert_child("inside the gateway", business, *call);
    }
    for quote in &quotes {
        assert_eq!(quote.kind(), "server");
        assert_eq!(
            parent_of(&trace, *quote).name(),
            "GET",
            "HTTP gateway → pricing"
        );
    }
    for select in trace.all("pricing", "SELECT items") {
        assert_eq!(select.kind(), "client");
        assert_eq!(
            parent_of(&trace, select).name(),
            "GET /quote/{sku}",
            "SQL pricing"
        );
    }
    assert!(
        trace.has("SELECT items"),
        "the first order reads prices: {}",
        trace.names()
    );
    assert_child(
        "inside the gateway",
        business,
        trace.first("gateway", "score_fraud"),
    );
    let producer = trace.first("gateway", "send order.created");
    assert_eq!(producer.kind(), "producer");
    assert_child("inside the gateway", business, producer);
    assert_eq!(trace.orphans(), 0);
    assert!(
        trace.spans().all(|span| span.status() == "unset"),
        "successes stay unset"
    );
}

#[tokio::test]
async fn the_order_is_taken_in_a_linked_trace_that_ends_in_the_warehouses_database() {
    let demo = demo().start();
    let order = demo.order().await;
    let (checkout, trace) = demo.both_traces(&order).await;

    let sent = checkout.first("gateway", "send order.created");
    let link = (checkout.json["trace_id"].as_str().unwrap(), sent.id());
    let batch = trace.first("fulfillment", "process_batch order.created");
    let process = trace.first("fulfillment", "process order.created");
    for span in [batch, process] {
        assert_eq!(span.kind(), "consumer");
        assert_eq!(
            span.links(),
            [link],
            "Kafka gateway → fulfillment: {}",
            span.name()
        );
    }
    assert_eq!(
        batch.parent_id(),
        "",
        "the producer did not wait: a trace of its own"
    );
    assert_child("inside fulfillment", batch, process);
    let back: Vec<_> = checkout.json["linked_from"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert!(
        back.iter()
            .any(|link| link["span_id"] == process.id() && link["to_span_id"] == sent.id()),
        "the producer's trace tells who took its message: {back:?}"
    );

    let name = "inventory.v1.Inventory/ReserveStock";
    let (client, server) = (
        trace.first("fulfillment", name),
        trace.first("inventory", name),
    );
    assert_eq!((client.kind(), server.kind()), ("client", "server"));
    assert_child("inside fulfillment", process, client);
    assert_child("gRPC fulfillment → inventory", client, server);
    let reserve = trace.first("inventory", "reserve_inventory");
    assert_child("inside inventory", server, reserve);
    assert_child(
        "SQL inventory",
        reserve,
        trace.first("inventory", "UPDATE stock"),
    );
    assert_child(
        "SQL fulfillment",
        process,
        trace.first("fulfillment", "INSERT orders"),
    );
    assert_child(
        "inside fulfillment",
        batch,
        trace.first("fulfillment", "commit order.created"),
    );
    assert_eq!(trace.orphans(), 0);
}

#[tokio::test]
async fn by_setting_the_consumer_is_a_child_of_the_producer_for_comparison() {
    let demo = demo().set("fulfillment.MESSAGING_RELATION=parent").start();
    let order = demo.order().await;
    let trace = demo
        .trace_when(&order.trace_id(), |trace| {
            let last_words = ["POST /checkout", "process order.created", "UPDATE stock"];
            last_words.iter().all(|name| trace.has(name))
        })
        .await;
    let sent = trace.first("gateway", "send order.created");
    let process = trace.first("fulfillment", "process order.created");
    assert_child("Kafka gateway → fulfillment", sent, process);
    assert_eq!(process.links().len(), 1, "the parent is linked too");
    assert!(
        trace.has("UPDATE stock"),
        "one waterfall: {}",
        trace.names()
    );
}

#[tokio::test]
async fn a_batch_of_n_orders_has_n_links() {
    // A long wait makes one batch of orders that are sent together.
    let demo = demo().set("fulfillment.BATCH_MAX_WAIT_MS=1500").start();
    let orders: Vec<_> = {
        let mut accepted = Vec::new();
        for _ in 0..5 {
            accepted.push(
                demo.get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
                    .await
                    .json,
            );
        }
        accepted
    };
    let mut linked = 0;
    let mut seen = Vec::new();
    for order in &orders {
        let state = demo
            .order_in_state(order["order_id"].as_str().unwrap(), "reserved")
            .await;
        let id = state["fulfillment_trace_id"].as_str().unwrap().to_owned();
        if seen.contains(&id) {
            continue;
        }
        let trace = demo
            .trace_when(&id, |trace| trace.has("process_batch order.created"))
            .await;
        let batch = trace.first("fulfillment", "process_batch order.created");
        let count = batch
            .attribute("messaging.batch.message_count")
            .as_u64()
            .unwrap();
        assert_eq!(
            batch.links().len() as u64,
            count,
            "one link for each message"
        );
        assert_eq!(
            trace.all("fulfillment", "process order.created").len() as u64,
            count
        );
        linked += batch.links().len();
        seen.push(id);
    }
    assert_eq!(linked, 5, "every message is linked once");
    assert!(
        seen.len() < 5,
        "at least two orders shared a batch: {seen:?}"
    );
}
