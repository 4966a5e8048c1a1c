//! `OTEL_SDK_DISABLED`: nothing is sent, and the program goes on as before.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use shared_telemetry::http::{Client, ServerLayer};

use crate::child::{Work, run};
use crate::collector::{Collector, serve};

const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The child: a request passes through a service of this crate to one that says what it got.
pub(crate) fn hand_on() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let echo = |headers: HeaderMap| async move {
            let header = headers.get("traceparent");
            header.map_or("none".into(), |header| format!("{header:?}"))
        };
        let behind = serve(Router::new().route("/", get(echo))).await;
        let pass = move || async move {
            let client = Client::new(reqwest::Client::new());
            let answer = client.send(client.get(format!("http://{behind}/"))).await;
            answer.expect("it is up").text().await.expect("text")
        };
        let router = Router::new().route("/", get(pass));
        let front = serve(router.layer(ServerLayer::new())).await;
        let request = reqwest::Client::new().get(format!("http://{front}/"));
        let answer = request.header("traceparent", SENT).send().await;
        let got = answer.expect("it is up").text().await.expect("text");
        println!("\nGOT {got}");
    });
}

const DISABLED: (&str, &str) = ("OTEL_SDK_DISABLED", "true");

#[tokio::test]
async fn a_disabled_sdk_sends_nothing_and_log_lines_have_no_ids() {
    let collector = Collector::http().await;
    let ended = run(Work::Lines, &collector.environment(&[DISABLED])).await;
    assert_eq!(ended.stopped().0, "ok");
    assert_eq!((collector.spans().len(), collector.logs().len()), (0, 0));
    assert_eq!(collector.metrics().len(), 0);
    for message in ["outside", "inside"] {
        let line = ended.line(message);
        assert_eq!(
            (&line["trace_id"], &line["span_id"]),
            (&"-".into(), &"-".into())
        );
    }
}

#[tokio::test]
async fn a_disabled_service_hands_its_callers_context_on_unchanged() {
    let collector = Collector::http().await;
    let ended = run(Work::HandOn, &collector.environment(&[DISABLED])).await;
    assert_eq!(ended.said("GOT "), format!("{SENT:?}"));
    assert_eq!(collector.spans().len(), 0);
}

#[tokio::test]
async fn the_same_service_enabled_hands_on_the_trace_with_a_span_of_its_own() {
    let collector = Collector::http().await;
    let ended = run(Work::HandOn, &collector.environment(&[])).await;
    let got = ended.said("GOT ");
    assert!(
        got.starts_with(&format!("{:?}", &SENT[..36])[..36]),
        "{got}"
    );
    assert_ne!(got, format!("{SENT:?}"));
    assert_eq!(collector.spans().len(), 2);
}
