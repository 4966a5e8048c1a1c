//! A peer that is not there, does not answer in time, or is no longer asked.

use std::net::SocketAddr;
use std::time::Duration;

use shared_telemetry::TraceId;
use shared_telemetry::current;
use shared_telemetry::grpc::Client;
use shared_telemetry::testing::{SpanKind, TraceTree, recorder};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;

use crate::health::{CHECK, about, client, endpoint, serve};
use crate::root::in_root;

#[tokio::test]
async fn a_peer_that_is_not_there_is_unavailable() {
    // Nobody listens on port 1.
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let (id, answer) = in_root(async { client(address).check(about("me")).await }).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unavailable);

    let trace = recorder().trace(id);
    let span = trace.one(CHECK, SpanKind::Client);
    assert!(span.failed(), "{span:?}");
    assert_eq!(span.text("error.type"), "UNAVAILABLE");
    assert_eq!(span.text("rpc.response.status_code"), "UNAVAILABLE");
    assert_eq!(span.text("server.port"), "1");
}

#[tokio::test]
async fn a_deadline_that_passes_is_deadline_exceeded_for_the_caller_and_in_its_span() {
    let address = serve().await;
    let impatient = endpoint(address).timeout(Duration::from_secs(1));
    let (id, answer) = in_root(async {
        let channel = Client::new(impatient.connect_lazy());
        HealthClient::new(channel).check(about("slow")).await
    })
    .await;
    // tonic alone would say CANCELLED, as if the caller had changed its mind.
    assert_eq!(answer.unwrap_err().code(), Code::DeadlineExceeded);

    let trace = recorder().trace_when(id, both_ended).await;
    let client = trace.one(CHECK, SpanKind::Client);
    assert!(client.failed(), "{client:?}");
    assert_eq!(client.text("rpc.response.status_code"), "DEADLINE_EXCEEDED");
    let server = trace.one(CHECK, SpanKind::Server);
    trace.assert_child("gRPC client > server", client, server);
    assert_eq!(server.text("rpc.response.status_code"), "CANCELLED");
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_both_spans_as_cancelled() {
    let address = serve().await;
    let (id, ()) = in_root(async {
        // Both sides are under way when the handler's own span has ended.
        let id = current::trace_id().expect("the root is active");
        let mut client = client(address);
        tokio::select! {
            answer = client.check(about("slow")) => panic!("{answer:?}"),
            _ = recorder_sees(id, "look_up") => {}
        }
    })
    .await;

    let trace = recorder().trace_when(id, both_ended).await;
    let client = trace.one(CHECK, SpanKind::Client);
    assert!(client.failed(), "{client:?}");
    assert_eq!(client.text("rpc.response.status_code"), "CANCELLED");
    let server = trace.one(CHECK, SpanKind::Server);
    assert_eq!(server.text("rpc.response.status_code"), "CANCELLED");
}

async fn recorder_sees(id: TraceId, name: &str) {
    let trace = recorder().trace_when(id, |trace| trace.has(name)).await;
    assert!(trace.has(name), "{trace}");
}

fn both_ended(trace: &TraceTree) -> bool {
    trace.named(CHECK).len() == 2
}
