//! Names, kinds, attributes and parents of a call's two spans.

use shared_telemetry::testing::{SpanKind, recorder};

use crate::health::{CHECK, about, client, serve};
use crate::root::in_root;

#[tokio::test]
async fn server_and_client_are_one_trace_and_parent_and_child() {
    let address = serve().await;
    let (id, answer) = in_root(async { client(address).check(about("me")).await }).await;
    answer.unwrap();

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 4, "{trace}");
    let root = trace.one("root", SpanKind::Internal);
    let client = trace.one(CHECK, SpanKind::Client);
    let server = trace.one(CHECK, SpanKind::Server);
    let inside = trace.one("look_up", SpanKind::Internal);
    trace.assert_child("root > gRPC client", root, client);
    trace.assert_child("gRPC client > server", client, server);
    trace.assert_child("gRPC server > handler", server, inside);
}

#[tokio::test]
async fn both_spans_say_system_method_and_status() {
    let address = serve().await;
    let (id, _) = in_root(async { client(address).check(about("me")).await }).await;

    let trace = recorder().trace(id);
    for kind in [SpanKind::Client, SpanKind::Server] {
        let span = trace.one(CHECK, kind);
        assert_eq!(span.text("rpc.system.name"), "grpc");
        assert_eq!(span.text("rpc.method"), CHECK);
        assert_eq!(span.text("rpc.response.status_code"), "OK");
        assert_eq!(span.text("server.address"), "127.0.0.1");
        assert_eq!(span.text("server.port"), address.port().to_string());
        assert!(span.status_unset(), "a success has no status: {span:?}");
        assert_eq!(span.text("error.type"), "");
    }
}
