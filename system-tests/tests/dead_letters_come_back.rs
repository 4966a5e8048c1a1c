//! A message that was put aside is seen, sent once more, and can be followed the whole way.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::process::Command;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::Value;
use system_tests::{Demo, DemoBuilder, Trace, cart};

const PATIENCE: Duration = Duration::from_secs(40);

/// `tracectl dlq` against a demo, exporting where the demo's services export.
struct Dlq<'d> {
    demo: &'d Demo,
    exporter: Vec<(String, String)>,
}

impl<'d> Dlq<'d> {
    fn of(demo: &'d Demo) -> Self {
        // The demo gives each service the address of the viewer, which has a port of its own.
        let gateway = demo.process_of("gateway").unwrap().as_raw_nonzero();
        let environment = std::fs::read(format!("/proc/{gateway}/environ")).unwrap();
        let exporter = environment.split(|byte| *byte == 0).filter_map(|pair| {
            let (name, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
            let wanted = name.starts_with("OTEL_EXPORTER_OTLP");
            wanted.then(|| (name.to_owned(), value.to_owned()))
        });
        let exporter: Vec<_> = exporter.collect();
        assert!(!exporter.is_empty(), "the demo has a viewer");
        Self { demo, exporter }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let kafka = self.demo.url("kafka");
        let output = Command::new(env!("CARGO_BIN_EXE_tracectl-under-test"))
            .arg("dlq")
            .args(arguments)
            .args(["--brokers", &kafka])
            .envs(self.exporter.iter().cloned())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{complaint}");
        text
    }

    /// Waits until there are so many letters, oldest first.
    async fn letters(&self, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list: Value = serde_json::from_str(&self.run(&["list", "--json"])).unwrap();
            let letters = list["letters"].as_array().unwrap();
            if letters.len() == count {
                return letters.clone();
            }
            assert!(
                letters.len() < count && Instant::now() < deadline,
                "{count} letters are expected: {list:#}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Replays an order's letter; the answer is the trace in which it was sent.
    fn replay(&self, order: &str) -> String {
        let said = self.run(&["replay", "--order", order]);
        assert!(said.contains("1 of 1 sent"), "{said}");
        let mut lines = said.lines();
        let trace = lines.find_map(|line| line.strip_prefix("replay trace "));
        trace.unwrap().to_owned()
    }
}

async fn teapots(demo: &Demo) -> i64 {
    let stock = demo.get("gateway", "/stock/TEAPOT-1").await;
    stock.json["available"].as_i64().unwrap()
}

/// The traces that link to this one, which has a link from at least one of `service`'s spans.
async fn linked_from(demo: &Demo, id: &str, by: &str) -> Trace {
    let is_by = |trace: &Trace| {
        let links = trace.json["linked_from"].as_array().into_iter().flatten();
        links.into_iter().any(|link| link["trace_id"] == by)
    };
    let trace = demo.trace_when(id, is_by).await;
    assert!(is_by(&trace), "{by} does not link to {id}: {}", trace.json);
    trace
}

/// The trace in which the replayed message was taken up.
async fn taken_up(demo: &Demo, replay: &str) -> Trace {
    let trace = demo
        .trace_when(replay, |trace| trace.back_links() > 1)
        .await;
    let behind = trace.json["linked_from"][0]["trace_id"].as_str().unwrap();
    let ended = |trace: &Trace| trace.has("process_batch order.created") && trace.orphans() == 0;
    demo.trace_when(behind, ended).await
}

#[tokio::test]
async fn a_poisoned_order_is_listed_replayed_and_reserved_once_and_links_lead_both_ways() {
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("DEMO_FAULTS", "on")
        .start();
    let dlq = Dlq::of(&demo);
    assert_eq!(dlq.run(&["list"]), "no dead letters on order.created.dlq\n");
    let before = teapots(&demo).await;
    let poison = [("baggage", "demo.fault=fulfillment.poison")];
    let accepted = demo.checkout(&cart(), &poison).await.json;
    let (order, checkout) = (
        accepted["order_id"].as_str().unwrap(),
        accepted["trace_id"].as_str().unwrap(),
    );
    let failed = demo.order_in_state(order, "failed").await;

    let letter = &dlq.letters(1).await[0];
    assert_eq!(letter["order_id"], order);
    assert_eq!(letter["checkout"]["trace_id"], checkout);
    assert_eq!(
        letter["given_up"]["trace_id"],
        failed["fulfillment_trace_id"]
    );
    assert_eq!(teapots(&demo).await, before, "nothing was taken");

    let replay = dlq.replay(order);
    let reserved = demo.order_in_state(order, "reserved").await;
    assert_eq!(reserved["checkout_trace_id"], checkout);
    assert_eq!(teapots(&demo).await, before - 2);
    follow_the_links(&demo, &replay, letter, &reserved).await;

    // Once more: it is taken up, and nothing changes.
    let again = dlq.replay(order);
    let behind = taken_up(&demo, &again).await;
    let process = behind.first("fulfillment", "process order.created");
    assert!(!process.event("order.duplicate").is_null(), "{process:?}");
    let now = demo.order_in_state(order, "reserved").await;
    assert_eq!(now, reserved);
    assert_eq!(teapots(&demo).await, before - 2);
    assert_eq!(dlq.letters(1).await.len(), 1);
}

/// Checkout and giving up, replay, processing: from each to the next and back.
async fn follow_the_links(demo: &Demo, replay: &str, letter: &Value, reserved: &Value) {
    let behind = reserved["fulfillment_trace_id"].as_str().unwrap();
    let trace = linked_from(demo, replay, behind).await;
    let send = trace.first("tracectl", "send order.created");
    assert_eq!(send.kind(), "producer");
    assert_eq!(
        send.parent_id(),
        trace.first("tracectl", "replay").id(),
        "{}",
        trace.names()
    );
    let of = |key: &str| {
        let text = |id: &str| letter[key][id].as_str().unwrap();
        (text("trace_id"), text("span_id"))
    };
    assert_eq!(send.links(), [of("given_up"), of("checkout")]);
    let given_up = linked_from(demo, of("given_up").0, replay).await;
    let published = given_up.by_id(of("given_up").1).unwrap();
    assert_eq!(published.name(), "send order.created.dlq");
    let checkout = linked_from(demo, of("checkout").0, replay).await;
    let sent = checkout.by_id(of("checkout").1).unwrap();
    assert_eq!(sent.name(), "send order.created");

    let ended = |trace: &Trace| trace.has("process_batch order.created") && trace.orphans() == 0;
    let behind = demo.trace_when(behind, ended).await;
    let process = behind.first("fulfillment", "process order.created");
    assert_eq!(process.links(), [(replay, send.id())]);
    assert!(!process.event("order.replayed").is_null(), "{process:?}");
    assert!(
        behind
            .spans()
            .all(|span| span.event("fault.injected").is_null()),
        "the fault does not travel again"
    );
    assert_eq!(behind.orphans() + trace.orphans(), 0);
}

#[tokio::test]
async fn a_message_that_is_no_order_comes_back_to_the_dead_letters_however_often_it_is_replayed() {
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test")).start();
    let dlq = Dlq::of(&demo);
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", demo.url("kafka"))
        .create()
        .unwrap();
    let record = FutureRecord::to("order.created")
        .key("by-hand")
        .payload("{no json");
    producer.send(record, PATIENCE).await.unwrap();
    let letter = &dlq.letters(1).await[0];
    assert_eq!(letter["order_id"], "by-hand");
    assert_eq!(letter["checkout"], Value::Null);
    assert_eq!(letter["original"]["topic"], "order.created");
    for count in [2, 3] {
        let replay = dlq.replay("by-hand");
        let letters = dlq.letters(count).await;
        let newest = &letters[count - 1];
        assert_eq!(newest["error"], letter["error"]);
        let behind = newest["given_up"]["trace_id"].as_str().unwrap();
        linked_from(&demo, &replay, behind).await;
    }
    // The shop goes on.
    demo.order().await;
}
