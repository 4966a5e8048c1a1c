//! Drives the hop the way the W3C trace-context suite does: a request with headers goes in, and
//! the headers of the requests that it causes are looked at.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::header::{HeaderName, HeaderValue};
use shared_telemetry::config::Settings;
use shared_telemetry::{Service, Telemetry, task};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

use crate::service::{Targets, router};

/// Telemetry as a service has it, once for this process: every format in both directions.
async fn start() {
    static STARTED: OnceCell<Telemetry> = OnceCell::const_new();
    let install = || async {
        let environment = |name: &str| match name {
            "OTEL_PROPAGATORS" => Some("tracecontext,baggage,b3,b3multi".to_owned()),
            "OTEL_TRACES_EXPORTER" | "OTEL_LOGS_EXPORTER" => Some("none".to_owned()),
            "RUST_LOG" => Some("off".to_owned()),
            _ => None,
        };
        let settings = Settings::from_lookup(&environment);
        assert_eq!(settings.warnings, Vec::<String>::new());
        let service = Service::new("hop", "0", "tests");
        Telemetry::start_with(service, &settings).expect("the first start")
    };
    STARTED.get_or_init(install).await;
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    task::spawn(async move { axum::serve(listener, router).await });
    address
}

pub(crate) async fn hop() -> SocketAddr {
    start().await;
    serve(router(Targets::Loopback).expect("no TLS, no failure")).await
}

/// The suite's own server, which writes down what it is sent.
#[derive(Clone, Default)]
struct Callbacks(Arc<Mutex<Vec<HeaderMap>>>);

async fn callback(State(callbacks): State<Callbacks>, headers: HeaderMap) -> StatusCode {
    callbacks.0.lock().expect("no panic").push(headers);
    StatusCode::OK
}

/// A request to send: header names in the very case, values in the very bytes.
pub(crate) type Sent<'a> = &'a [(&'a str, &'a str)];

/// Posts `body` to `hop` over a plain socket: an HTTP client would tidy the headers up.
pub(crate) async fn post_raw(hop: SocketAddr, headers: Sent<'_>, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut request = format!(
        "POST /test HTTP/1.1\r\nhost: {hop}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += "\r\n";
    request += body;
    let mut socket = tokio::net::TcpStream::connect(hop)
        .await
        .expect("it listens");
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The headers of `count` callbacks that the hop makes for one request with `headers`.
pub(crate) async fn callbacks(headers: Sent<'_>, count: usize) -> Vec<Out> {
    let hop = hop().await;
    let callbacks = Callbacks::default();
    let suite = Router::new().route("/callback/{n}", post(callback));
    let suite = serve(suite.with_state(callbacks.clone())).await;
    let requests: Vec<_> = (0..count)
        .map(
            |n| serde_json::json!({"url": format!("http://{suite}/callback/{n}"), "arguments": []}),
        )
        .collect();
    let body = serde_json::Value::from(requests).to_string();
    let answer = post_raw(hop, headers, &body).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{headers:?}: {answer}");
    let seen = std::mem::take(&mut *callbacks.0.lock().expect("no panic"));
    assert_eq!(seen.len(), count);
    seen.into_iter().map(Out).collect()
}

/// The headers of one callback.
pub(crate) async fn callback_for(headers: Sent<'_>) -> Out {
    callbacks(headers, 1).await.remove(0)
}

/// What left the hop.
pub(crate) struct Out(HeaderMap);

impl Out {
    /// The only value of a header.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        let mut values = self.0.get_all(name).iter().map(HeaderValue::to_str);
        let first = values.next().map(|value| value.expect("ASCII"));
        assert!(values.next().is_none(), "sent more than once");
        first
    }

    /// Version, trace id, parent id and flags of the one valid traceparent that must be there.
    pub(crate) fn traceparent(&self) -> [&str; 4] {
        let header = self.one("traceparent").expect("a traceparent");
        let parts: Vec<_> = header.split('-').collect();
        let hex = |digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        assert!(parts.iter().all(|part| part.bytes().all(hex)), "{header}");
        let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [2, 32, 16, 2], "{header}");
        let parts: [&str; 4] = parts.try_into().expect("four");
        assert_eq!(parts[0], "00");
        assert_ne!(parts[1], "0".repeat(32));
        assert_ne!(parts[2], "0".repeat(16));
        parts
    }

    pub(crate) fn trace_id(&self) -> &str {
        self.traceparent()[1]
    }

    pub(crate) fn flags(&self) -> &str {
        self.traceparent()[3]
    }

    pub(crate) fn tracestate(&self) -> Option<&str> {
        let state = self.one("tracestate");
        assert_ne!(state, Some(""), "an empty tracestate was sent");
        state
    }
}
