//! One connection from its accept to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderValue, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::answer_body::{AnswerBody, Exchange};
use super::connections::Entry;
use super::refusals::{Reason, Refusals};
use super::request_body::RequestBody;
use super::stream::Stream;
use super::{Limits, Protocol};
use crate::Shutdown;

/// A request's line and headers: more than twice of all that the propagation formats need. More
/// is answered 431.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// What one connection may hold back of bodies, in each direction.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
/// Of one HTTP/2 connection. The next call waits for one of them.
const MAX_STREAMS: u32 = 128;
/// How often an HTTP/2 peer with calls under way is asked whether it is there, and how long it
/// has to say so: one that vanished closes nothing.
const PING_EVERY: Duration = Duration::from_secs(20);

/// A peer that was let in.
pub(super) struct Guest {
    pub(super) entry: Entry,
    pub(super) limits: Limits,
    pub(super) shutdown: Shutdown,
    pub(super) refusals: Refusals,
}

impl Guest {
    pub(super) async fn serve(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        protocol: Protocol,
    ) {
        // Latency is worth more than a packet; where the system refuses it, only that is lost.
        // No TCP keep-alive: a peer that vanished is over some limit long before.
        let _ = stream.set_nodelay(true);
        let handle = Arc::clone(&self.entry.handle);
        let host = Arc::new(Host {
            entry: self.entry,
            body_limit: self.limits.body,
            protocol,
            peer,
            shutdown: self.shutdown,
            router,
        });
        let service = service_fn(move |request| exchange(Arc::clone(&host), request));
        let stream = TokioIo::new(Stream::new(stream, Arc::clone(&handle)));
        let served = async {
            match protocol {
                Protocol::Http1 => {
                    let connection = http1_builder().serve_connection(stream, service);
                    drive(connection, |one| one.graceful_shutdown(), &handle.part).await
                }
                Protocol::Http2 => {
                    let connection = http2_builder().serve_connection(stream, service);
                    drive(connection, |one| one.graceful_shutdown(), &handle.part).await
                }
            }
        };
        let served = tokio::select! {
            served = served => served,
            () = handle.cut.cancelled() => return,
        };
        // Any other failure is the peer's affair, and there is nobody to tell.
        if served.is_err_and(|error| error.is_parse()) {
            self.refusals.count(Reason::BadHead);
        }
    }
}

/// Runs a connection to its end; asks it for that end when told to.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    finish: impl FnOnce(Pin<&mut C>),
    part: &CancellationToken,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = part.cancelled() => finish(connection.as_mut()),
    }
    connection.await
}

fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // Time is kept by the listener; two clocks would be one too many.
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_BUFFER_BYTES);
    builder
}

fn http2_builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .max_send_buf_size(MAX_BUFFER_BYTES)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_EVERY);
    builder
}

/// Who answers the requests of one connection.
pub(super) struct Host {
    pub(super) entry: Entry,
    body_limit: Duration,
    protocol: Protocol,
    peer: SocketAddr,
    shutdown: Shutdown,
    router: Router,
}

async fn exchange(
    host: Arc<Host>,
    request: http::Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let exchange = Exchange::begin(Arc::clone(&host));
    let handle = Arc::clone(&host.entry.handle);
    let body = |body| Body::new(RequestBody::new(body, host.body_limit, handle));
    let mut request = request.map(body);
    request.extensions_mut().insert(ConnectInfo(host.peer));
    request.extensions_mut().insert(host.shutdown.clone());
    let mut response = host.router.clone().oneshot(request).await?;
    if host.protocol == Protocol::Http1 && host.shutdown.is_requested() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(response.map(|body| exchange.answered(body)))
}
