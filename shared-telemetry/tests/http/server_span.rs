//! What the SERVER span of a handler without telemetry code says.

use axum::Router;
use axum::routing::get;
use shared_telemetry::current;
use shared_telemetry::http::ServerLayer;
use shared_telemetry::testing::{SpanKind, recorder};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::root::in_root;
use crate::server::{serve, traced};
use crate::shop;

#[tokio::test]
async fn a_handler_without_telemetry_code_has_a_server_span_named_after_its_route() {
    let shop = serve(shop()).await;
    let url = format!("http://{shop}/items/7");
    let (id, answer) = in_root(async { traced().send(traced().get(url)).await }).await;
    assert_eq!(answer.unwrap().text().await.unwrap(), "item 7");

    let trace = recorder().trace(id);
    let span = trace.one("GET /items/{id}", SpanKind::Server);
    assert_eq!(span.text("http.request.method"), "GET");
    assert_eq!(span.text("http.route"), "/items/{id}");
    assert_eq!(span.text("http.response.status_code"), "200");
    assert_eq!(span.text("url.path"), "/items/7");
    assert_eq!(span.text("url.scheme"), "http");
    assert_eq!(span.text("network.protocol.version"), "1.1");
    assert_eq!(span.text("server.address"), "127.0.0.1");
    assert_eq!(span.text("server.port"), shop.port().to_string());
    assert!(span.status_unset(), "a success has no status");
    assert_eq!(span.text("error.type"), "");
}

#[tokio::test]
async fn an_unknown_path_has_no_route_and_its_span_is_named_after_the_method_alone() {
    let shop = serve(shop()).await;
    let url = format!("http://{shop}/orders/4711");
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    let span = trace.one("GET", SpanKind::Server);
    assert_eq!(span.attribute("http.route"), None);
    assert_eq!(span.text("http.response.status_code"), "404");
}

#[tokio::test]
async fn a_made_up_method_does_not_become_a_span_name() {
    let shop = serve(shop()).await;
    let request = crate::server::untraced()
        .request("BREW".parse().unwrap(), format!("http://{shop}/items/7"));
    let (id, _) = in_root(async { traced().send(request).await }).await;

    let trace = recorder().trace(id);
    let span = trace.one("HTTP /items/{id}", SpanKind::Server);
    assert_eq!(span.text("http.request.method"), "_OTHER");
    assert_eq!(span.text("http.request.method_original"), "BREW");
    let span = trace.one("HTTP", SpanKind::Client);
    assert_eq!(span.text("http.request.method"), "_OTHER");
    assert_eq!(span.text("http.request.method_original"), "BREW");
}

#[tokio::test]
async fn not_found_is_an_error_for_the_caller_and_an_answer_for_the_callee() {
    let shop = serve(shop()).await;
    let url = format!("http://{shop}/gone");
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    let server = trace.one("GET /gone", SpanKind::Server);
    assert!(server.status_unset(), "{server:?}");
    let client = trace.one("GET", SpanKind::Client);
    assert!(client.failed(), "{client:?}");
    assert_eq!(client.text("error.type"), "404");
    assert_eq!(client.text("http.response.status_code"), "404");
}

#[tokio::test]
async fn a_500_is_an_error_on_both_sides() {
    let shop = serve(shop()).await;
    let url = format!("http://{shop}/broken");
    let (id, _) = in_root(async { traced().send(traced().get(url)).await }).await;

    let trace = recorder().trace(id);
    for (name, kind) in [("GET /broken", SpanKind::Server), ("GET", SpanKind::Client)] {
        let span = trace.one(name, kind);
        assert!(span.failed(), "{span:?}");
        assert_eq!(span.text("error.type"), "500");
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_the_span_as_cancelled() {
    let (entered, mut entries) = mpsc::unbounded_channel();
    let wait_forever = move || {
        let _ = entered.send(current::trace_id());
        std::future::pending::<()>()
    };
    let app = Router::new()
        .route("/slow", get(wait_forever))
        .layer(ServerLayer::new());
    let address = serve(app).await;

    let mut caller = TcpStream::connect(address).await.unwrap();
    let request = b"GET /slow HTTP/1.1\r\nhost: shop\r\n\r\n";
    caller.write_all(request).await.unwrap();
    let id = entries.recv().await.unwrap().expect("the span is active");
    assert!(recorder().trace(id).is_empty(), "it has not ended yet");
    drop(caller);

    let trace = recorder().trace_when(id, |trace| !trace.is_empty()).await;
    let span = trace.one("GET /slow", SpanKind::Server);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "cancelled");
}

#[tokio::test]
async fn a_handler_that_panics_is_an_error_and_not_a_caller_that_went_away() {
    async fn panics() {
        panic!("a bug in the handler");
    }
    let app = Router::new()
        .route("/bug", get(panics))
        .layer(ServerLayer::new());
    let url = format!("http://{}/bug", serve(app).await);
    let (id, answer) = in_root(async { traced().send(traced().get(url)).await }).await;
    answer.expect_err("the connection breaks");

    let trace = recorder().trace(id);
    let span = trace.one("GET /bug", SpanKind::Server);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "panic");
}
