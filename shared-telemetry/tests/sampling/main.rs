//! Samplers over real hops: gateway, pricing and inventory, each behind a socket.

mod edge;
mod hops;
#[path = "../support/server.rs"]
mod server;

use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderName;
use axum::routing::{get, post};
use server::{serve, traced, untraced};
use shared_telemetry::TraceId;
use shared_telemetry::http::{Edge, Proof, ServerLayer, Trust};
use shared_telemetry::sampling::{Rule, Sampling};
use shared_telemetry::testing::{Recorder, TraceTree, recorder_sampling};

/// What all three services are set to; only the gateway ever has to decide.
const RULES: &str = "* /healthz=never,POST /checkout=always,GET /rated=4/s,GET /half=0.5,*=never";

const DEBUG: HeaderName = HeaderName::from_static("x-trace-debug");
const PROOF: HeaderName = HeaderName::from_static("x-trace-proof");

fn recorder() -> Recorder {
    let rules = Rule::parse_list(RULES).expect("they are well formed");
    recorder_sampling(Sampling {
        rules,
        ..Sampling::default()
    })
}

/// A router that passes each request on to `next`, if there is one.
fn passing_on(next: Option<SocketAddr>) -> Router {
    let pass_on = move || async move {
        if let Some(next) = next {
            let request = traced().get(format!("http://{next}/quote/7"));
            traced().send(request).await.expect("it is up");
        }
    };
    Router::new()
        .route("/healthz", get(pass_on))
        .route("/checkout", post(pass_on))
        .route("/rated", get(pass_on))
        .route("/half", get(pass_on))
        .route("/else", get(pass_on))
        .route("/quote/{id}", get(pass_on))
}

/// The gateway in front of the other two. It believes who sends the proof, and allows that
/// caller so many debug requests a second.
async fn gateway(debug_per_second: u32) -> SocketAddr {
    let _first = recorder();
    let inventory = serve(passing_on(None).layer(ServerLayer::new())).await;
    let pricing = serve(passing_on(Some(inventory)).layer(ServerLayer::new())).await;
    let proof = Proof::default().by_header(PROOF, "s3cret");
    let trust = Trust::TrustIf(proof.expect("printable"));
    let edge = Edge::new(trust).debug_header(DEBUG, debug_per_second);
    serve(passing_on(Some(pricing)).layer(ServerLayer::edge(edge))).await
}

/// What a request's answer said about its trace, and what was recorded of it.
struct Outcome {
    trace_id: String,
    sampled: bool,
    trace: TraceTree,
}

impl Outcome {
    /// Recorded, in every service, or in none: what the answer said, and nothing in between.
    #[track_caller]
    fn is_whole_or_none(&self) -> bool {
        let expected = if self.sampled { 5 } else { 0 };
        assert_eq!(self.trace.len(), expected, "{}", self.trace);
        self.sampled
    }
}

async fn call(
    gateway: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(HeaderName, &str)],
) -> Outcome {
    let method = method.parse().expect("a method");
    let mut request = untraced().request(method, format!("http://{gateway}{path}"));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let answer = request.send().await.expect("an answer");
    let named = answer.headers()["traceresponse"].to_str().expect("ASCII");
    let fields: Vec<_> = named.split('-').map(str::to_owned).collect();
    let id = TraceId::from_hex(&fields[1]).expect("a trace id");
    let sampled = u8::from_str_radix(&fields[3], 16).expect("flags") & 1 == 1;
    // A CLIENT span ends when its head is read, which may be a moment after the caller has its.
    let recorder = recorder();
    let trace = if sampled {
        recorder.trace_when(id, |trace| trace.len() >= 5).await
    } else {
        recorder.trace(id)
    };
    Outcome {
        trace_id: fields[1].clone(),
        sampled,
        trace,
    }
}
