//! A failed call: which side calls it an error, and what the spans say.

use shared_telemetry::grpc::Client;
use shared_telemetry::testing::{SpanKind, TraceTree, recorder};
use tonic::{Code, Request, Status};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::health::{CHECK, WATCH, about, client, endpoint, serve};
use crate::root::in_root;

async fn check(service: &str) -> (TraceTree, Status) {
    let address = serve().await;
    let (id, answer) = in_root(async { client(address).check(about(service)).await }).await;
    (recorder().trace(id), answer.expect_err("it fails"))
}

#[tokio::test]
async fn not_found_is_an_error_for_the_caller_and_an_answer_for_the_callee() {
    let (trace, status) = check("missing").await;
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(status.message(), "no service of that name");

    let client = trace.one(CHECK, SpanKind::Client);
    assert!(client.failed(), "{client:?}");
    assert_eq!(client.text("error.type"), "NOT_FOUND");
    assert_eq!(client.text("rpc.response.status_code"), "NOT_FOUND");
    let server = trace.one(CHECK, SpanKind::Server);
    assert!(server.status_unset(), "{server:?}");
    assert_eq!(server.text("rpc.response.status_code"), "NOT_FOUND");
}

#[tokio::test]
async fn internal_is_an_error_on_both_sides() {
    let (trace, status) = check("broken").await;
    assert_eq!(status.code(), Code::Internal);
    for kind in [SpanKind::Client, SpanKind::Server] {
        let span = trace.one(CHECK, kind);
        assert!(span.failed(), "{span:?}");
        assert_eq!(span.text("error.type"), "INTERNAL");
        assert_eq!(span.text("rpc.response.status_code"), "INTERNAL");
    }
}

#[tokio::test]
async fn a_stream_that_fails_after_its_first_message_is_no_success() {
    let address = serve().await;
    let (id, answers) = in_root(async {
        let mut stream = client(address).watch(about("me")).await?.into_inner();
        assert!(stream.message().await?.is_some(), "the first one is good");
        stream.message().await
    })
    .await;
    assert_eq!(answers.unwrap_err().code(), Code::Internal);

    let trace = recorder().trace(id);
    for kind in [SpanKind::Client, SpanKind::Server] {
        let span = trace.one(WATCH, kind);
        assert!(span.failed(), "{span:?}");
        assert_eq!(span.text("rpc.response.status_code"), "INTERNAL");
    }
}

#[tokio::test]
async fn a_method_that_nobody_implements_does_not_become_a_span_name_of_the_server() {
    const MADE_UP: &str = "grpc.health.v1.Health/MadeUp4711";
    let address = serve().await;
    let (id, answer) = in_root(async {
        let channel = Client::new(endpoint(address).connect_lazy());
        let mut grpc = tonic::client::Grpc::new(channel);
        grpc.ready().await.expect("a lazy channel is ready");
        let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
        let path = format!("/{MADE_UP}").parse().expect("a legal path");
        grpc.unary(Request::new(about("me")), path, codec).await
    })
    .await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);

    let trace = recorder().trace(id);
    let server = trace.one("_OTHER", SpanKind::Server);
    assert_eq!(server.text("rpc.method"), "_OTHER");
    assert_eq!(server.text("rpc.method_original"), MADE_UP);
    assert_eq!(server.text("rpc.response.status_code"), "UNIMPLEMENTED");
    assert!(server.failed(), "{server:?}");
    // The caller's methods are those of its own program: few, and known.
    let client = trace.one(MADE_UP, SpanKind::Client);
    trace.assert_child("gRPC client > server", client, server);
}
