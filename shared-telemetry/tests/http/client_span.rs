//! The CLIENT span, and that the SERVER span on the other side is its child.

use axum::Router;
use axum::routing::get;
use shared_telemetry::http::ServerLayer;
use shared_telemetry::testing::{SpanKind, recorder};

use crate::root::in_root;
use crate::server::{serve, traced};
use crate::shop;

#[tokio::test]
async fn server_and_client_are_one_trace_and_parent_and_child() {
    let shop = serve(shop()).await;
    let url = format!("http://{shop}/items/7");
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 3, "{trace}");
    let root = trace.one("root", SpanKind::Internal);
    let client = trace.one("GET", SpanKind::Client);
    let server = trace.one("GET /items/{id}", SpanKind::Server);
    trace.assert_child("root > HTTP client", root, client);
    trace.assert_child("HTTP client > server", client, server);
}

#[tokio::test]
async fn a_service_in_the_middle_hands_the_trace_on() {
    let shop = serve(shop()).await;
    let call_on = move || async move {
        let answer = traced()
            .send(traced().get(format!("http://{shop}/items/7")))
            .await;
        answer.expect("the shop is up").text().await.expect("text")
    };
    let front = Router::new()
        .route("/front", get(call_on))
        .layer(ServerLayer::new());
    let url = format!("http://{}/front", serve(front).await);
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 5, "{trace}");
    let front = trace.one("GET /front", SpanKind::Server);
    let shop = trace.one("GET /items/{id}", SpanKind::Server);
    let call = trace
        .named("GET")
        .into_iter()
        .find(|span| span.id() == shop.parent_id())
        .expect("the shop's parent is in the trace");
    trace.assert_child("HTTP server > client", front, call);
}

#[tokio::test]
async fn a_secret_in_a_query_reaches_no_span_on_either_side() {
    let shop = serve(shop()).await;
    let url = format!("http://me:pa55word@{shop}/items/7?token=s3cret&coupon=WELCOME10");
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    let client = trace.one("GET", SpanKind::Client);
    assert_eq!(
        client.text("url.full"),
        format!("http://{shop}/items/7?token=REDACTED&coupon=REDACTED")
    );
    let _served = trace.one("GET /items/{id}", SpanKind::Server);
    let everything = format!("{trace:?}");
    for secret in ["s3cret", "WELCOME10", "pa55word"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_an_exception_without_the_query() {
    // Nobody listens on port 1.
    let url = "http://127.0.0.1:1/items/7?token=s3cret";
    let (id, answer) = in_root(async { traced().send(traced().get(url)).await }).await;
    let error = answer.unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");

    let trace = recorder().trace(id);
    let span = trace.one("GET", SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "connect");
    assert_eq!(span.text("server.port"), "1");
    assert_eq!(span.attribute("http.response.status_code"), None);
    assert_eq!(span.events(), ["exception"]);
    assert_eq!(
        span.event_text("exception", "exception.type"),
        "reqwest::error::Error"
    );
    assert_eq!(
        span.event_text("exception", "exception.message"),
        error.to_string()
    );
    let everything = format!("{trace:?}");
    assert!(!everything.contains("s3cret"), "{everything}");
}

#[tokio::test]
async fn a_call_that_is_given_up_is_no_success() {
    let app = Router::new()
        .route("/slow", get(std::future::pending::<()>))
        .layer(ServerLayer::new());
    let url = format!("http://{}/slow", serve(app).await);
    let (id, ()) = in_root(async {
        let call = traced();
        let mut call = Box::pin(call.send(call.get(url)));
        assert!(futures_util::poll!(&mut call).is_pending());
    })
    .await;

    let trace = recorder().trace(id);
    let span = trace.one("GET", SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "cancelled");
}
