//! The broker is taken away and brought back: in mid-load, for longer than a consumer's session,
//! and before a service has ever seen it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rustix::process::Signal;
use system_tests::{Customers, Demo, DemoBuilder, Ledger, cart};

use crate::{all_is_well, shop};

const BEFORE: usize = 20;
const MEANWHILE: usize = 40;
/// The gateway's second for a delivery, and more for a busy machine. Unbounded, it is five minutes.
const IN_TIME: Duration = Duration::from_secs(15);
/// How long a test waits for what nobody announces.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits for what nobody announces.
pub(crate) async fn until(what: &str, true_now: impl AsyncFn() -> bool) {
    system_tests::until(what, PATIENCE, async || true_now().await.then_some(())).await;
}

/// A shop that does not wait long for a broker.
pub(crate) async fn impatient_shop() -> (DemoBuilder, Ledger) {
    let (demo, ledger) = shop().await;
    let demo = demo
        .set("gateway.KAFKA_DELIVERY_TIMEOUT_MS=1000")
        .set("fulfillment.KAFKA_SESSION_TIMEOUT_MS=2000");
    (demo, ledger)
}

/// A checkout while the broker is away; gives its trace.
async fn refused(demo: &Demo) -> u128 {
    let asked = Instant::now();
    let answer = demo.checkout(&cart(), &[]).await;
    assert!(asked.elapsed() < IN_TIME, "{:?}", asked.elapsed());
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.json
    );
    assert!(answer.headers.contains_key("retry-after"));
    u128::from_str_radix(&answer.trace_id(), 16).unwrap()
}

/// The PRODUCER span says what went wrong, and everybody above it that it did.
async fn is_told(ledger: &Ledger, trace: u128) {
    let failed = || {
        ledger.read(|spans| {
            let of_it = spans
                .iter()
                .filter(|span| span.trace == trace && span.failed);
            of_it
                .map(|span| (span.name.to_string(), span.error.clone()))
                .collect::<Vec<_>>()
        })
    };
    let arrived = async || failed().iter().any(|(name, _)| name == "POST /checkout");
    until("the refused checkout is exported", arrived).await;
    for name in ["POST /checkout", "business.checkout", "send order.created"] {
        let all = failed();
        let span = all.iter().find(|span| span.0 == name);
        let (_, error) = span.unwrap_or_else(|| panic!("no failed {name}: {all:?}"));
        if name.starts_with("send") {
            assert_eq!(error.as_deref(), Some("MessageTimedOut"));
        }
    }
}

/// Fulfillment tells each kind of trouble once, until messages come again.
fn trouble_is_told_once(demo: &Demo) {
    let mut told = HashSet::new();
    let mut lines = 0;
    for line in demo.log_lines(|line| line["service"] == "fulfillment") {
        match line["message"].as_str() {
            Some("no message can be received, trying on") => {
                lines += 1;
                let error = line["fields"]["error"].to_string();
                assert!(told.insert(error.clone()), "told again: {error}");
            }
            Some("messages are received again") => told.clear(),
            _ => {}
        }
    }
    assert!(lines > 0, "fulfillment noticed nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_broker_is_down_customers_are_refused_in_time_and_then_all_goes_on() {
    let (demo, ledger) = impatient_shop().await;
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;
    let (_, trace) = tokio::join!(customers.order(&demo, MEANWHILE), async {
        demo.take_broker_away();
        until("somebody is refused", async || customers.refusals() > 0).await;
        // Whoever was on his way when the connection was cut has had his answer.
        let trace = refused(&demo).await;
        let promised = customers.promised();
        refused(&demo).await;
        assert_eq!(customers.promised(), promised, "nobody took these orders");
        assert!(customers.refusals() > 8, "everybody was refused");
        demo.bring_broker_back();
        trace
    });
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(verdict.orders, BEFORE + MEANWHILE);
    is_told(&ledger, trace).await;
    trouble_is_told_once(&demo);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_longer_than_the_session_brings_what_was_in_hand_again_and_doubles_nothing() {
    const ORDERS: usize = 16;
    let (demo, ledger) = impatient_shop().await;
    let demo = demo.start();
    let customers = Customers::with_baggage("demo.fault=inventory.slow");
    customers.order(&demo, ORDERS).await;
    demo.wait_for_line("an order in hand", |line| {
        line["service"] == "inventory" && !line["fields"]["app.fault"].is_null()
    });
    demo.take_broker_away();
    // The consumer finds out by itself that its group has given it up.
    until("the partitions are lost", async || {
        demo.get("fulfillment", "/readyz").await.status == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    demo.bring_broker_back();
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(verdict.orders, ORDERS);
    nothing_was_committed_late(&ledger).await;
}

/// A commit that came too late failed, and said so; what it was for came again, as a duplicate.
pub(crate) async fn nothing_was_committed_late(ledger: &Ledger) {
    let failed_commits = || {
        ledger.read(|spans| {
            let commits = spans
                .iter()
                .filter(|span| &*span.name == "commit order.created" && span.failed);
            commits.filter(|span| span.error.is_some()).count()
        })
    };
    let duplicates = || {
        ledger.read(|spans| {
            let events = spans.iter().flat_map(|span| &span.events);
            events
                .filter(|event| &***event == "order.duplicate")
                .count()
        })
    };
    until("a late commit is told", async || failed_commits() > 0).await;
    until("a duplicate is told", async || duplicates() > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_start_without_a_broker_wait_for_it_and_promise_nothing() {
    let (demo, ledger) = impatient_shop().await;
    let demo = demo.start();
    demo.take_broker_away();
    for service in ["gateway", "fulfillment"] {
        let before = demo.process_of(service);
        demo.signal(service, Signal::KILL);
        until("it is started again", async || {
            let process = demo.process_of(service);
            process.is_some() && process != before
        })
        .await;
        demo.up(service).await;
        let ready = demo.get(service, "/readyz").await.status;
        assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE, "{service}");
        let healthy = demo.get(service, "/healthz").await.status;
        assert_eq!(healthy, StatusCode::OK, "{service}");
    }
    let trace = refused(&demo).await;
    demo.bring_broker_back();
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;
    all_is_well(&demo, &ledger, &customers).await;
    is_told(&ledger, trace).await;
}
