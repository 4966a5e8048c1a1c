//! The migration of docs/b3-migration.md: every phase, and every pair of neighbouring phases at
//! one boundary in either direction, leaves the trace whole.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use system_tests::{Demo, DemoBuilder, cart};

const TRACECTL: &str = env!("CARGO_BIN_EXE_tracectl-under-test");
const SERVICES: [&str; 4] = ["gateway", "pricing", "fulfillment", "inventory"];

/// Formats to read and formats to write, as the page has them.
const PHASES: [(&str, &str); 4] = [
    ("b3multi,baggage", "b3multi,baggage"),
    (
        "b3multi,tracecontext,baggage",
        "b3multi,tracecontext,baggage",
    ),
    ("b3multi,tracecontext,baggage", "tracecontext,baggage"),
    ("tracecontext,baggage", "tracecontext,baggage"),
];

fn demo(phase_of: impl Fn(&str) -> usize) -> DemoBuilder {
    let mut demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    for service in SERVICES {
        let (extract, inject) = PHASES[phase_of(service)];
        demo = demo
            .set(&format!("{service}.PROPAGATORS_EXTRACT={extract}"))
            .set(&format!("{service}.PROPAGATORS_INJECT={inject}"));
    }
    demo
}

#[track_caller]
fn assert_whole(demo: &Demo, what: &str) {
    let output = demo.verify(TRACECTL, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{what}:\n{text}");
}

#[test]
fn each_phase_is_whole() {
    for phase in 0..PHASES.len() {
        assert_whole(&demo(|_| phase).start(), &format!("phase {}", phase + 1));
    }
}

#[test]
fn callers_that_are_a_phase_ahead_or_behind_are_understood() {
    // Forward or back, one service after the other: at some time a boundary has neighbouring
    // phases on its two sides. The gateway and fulfillment call, pricing and inventory answer,
    // and fulfillment also reads what the gateway wrote.
    for phase in 0..PHASES.len() - 1 {
        for ahead in [
            &["gateway", "fulfillment"][..],
            &["pricing", "inventory"],
            &["gateway"],
        ] {
            let mixed = demo(|service| phase + usize::from(ahead.contains(&service))).start();
            let what = format!("phase {}, with {ahead:?} in phase {}", phase + 1, phase + 2);
            assert_whole(&mixed, &what);
        }
    }
}

#[test]
fn skipping_the_phases_in_between_breaks_the_trace() {
    let mixed = demo(|service| if service == "gateway" { 3 } else { 0 }).start();
    let output = mixed.verify(TRACECTL, &["--timeout", "4s"]);
    assert_eq!(output.status.code(), Some(1), "W3C only against B3 only");
}

/// A pricing that answers nothing and remembers the headers it was asked with.
async fn listener() -> (String, Arc<Mutex<Option<HeaderMap>>>) {
    let seen = Arc::new(Mutex::new(None));
    let remember = Arc::clone(&seen);
    let router = Router::new().fallback(move |headers: HeaderMap| {
        remember.lock().unwrap().replace(headers);
        async { StatusCode::NOT_FOUND }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    shared_telemetry::task::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_writes_in_each_phase_is_what_the_page_says() {
    let written = [
        ["x-b3-traceid"].as_slice(),
        &["traceparent", "x-b3-traceid"],
        &["traceparent"],
        &["traceparent"],
    ];
    for (phase, expected) in written.into_iter().enumerate() {
        let (url, seen) = listener().await;
        let demo = demo(|_| phase)
            .set(&format!("gateway.PRICING_URL={url}"))
            .start();
        demo.checkout(&cart(), &[]).await;
        let headers = seen
            .lock()
            .unwrap()
            .take()
            .expect("the gateway asked for a price");
        let mut formats: Vec<_> = ["b3", "traceparent", "x-b3-traceid"]
            .into_iter()
            .filter(|name| headers.contains_key(*name))
            .collect();
        formats.sort_unstable();
        assert_eq!(formats, expected, "phase {}: {headers:?}", phase + 1);
        assert!(
            headers.contains_key("baggage"),
            "the customer's tier goes along"
        );
    }
}
