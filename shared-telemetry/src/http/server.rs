//! The SERVER side: a tower layer for an axum router.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use axum::extract::MatchedPath;
use http::{Request, Response};
use opentelemetry::trace::{Link, SpanKind, TraceContextExt};
use opentelemetry::{Context, Value};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::edge::{Admitted, Edge};
use super::{answer, carrier, describe, route};
use crate::boundary::Boundary;
use crate::metrics::Counter;
use crate::names;

/// Gives every request a SERVER span and every answer the name of its trace.
///
/// Use it with `Router::layer`, not around the router: only there the matched route is known,
/// and a span named after a raw path would have a new name for each order. A handler needs no
/// line of telemetry code.
///
/// Query strings never reach a span: `?token=…` is a secret, and no list of names is complete.
#[derive(Debug, Clone, Default)]
pub struct ServerLayer {
    edge: Option<Arc<Edge>>,
}

impl ServerLayer {
    /// A layer that takes over the caller's context as it comes: for services behind an edge.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A layer for the first service behind the outside, where anybody may send anything.
    #[must_use]
    pub fn edge(edge: Edge) -> Self {
        Self {
            edge: Some(Arc::new(edge)),
        }
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service that [`ServerLayer`] makes.
#[derive(Debug, Clone)]
pub struct ServerService<S> {
    inner: S,
    layer: ServerLayer,
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = start(&request, self.layer.edge.as_deref());
        let inner = {
            // Attached for the call too: a service may do work before its future is polled.
            let _active = span.context().clone().attach();
            self.inner.call(request)
        };
        ServerFuture {
            inner: Some(inner),
            span: Some(span),
        }
    }
}

static BAGGAGE_DROPPED: Counter = Counter::new(&names::BAGGAGE_ENTRIES_DROPPED);

fn start<B>(request: &Request<B>, edge: Option<&Edge>) -> Boundary {
    let Admitted {
        caller,
        links,
        dropped_baggage,
    } = match edge {
        Some(edge) => edge.admit(request.headers(), describe::peer(request)),
        None => Admitted::whole(carrier::caller(request.headers())),
    };
    let span = Boundary::below_unrecorded(&caller, SpanKind::Server)
        .unwrap_or_else(|| start_below(&caller.into_context(), links, request));
    if dropped_baggage > 0 {
        let count = i64::try_from(dropped_baggage).unwrap_or(i64::MAX);
        span.event(names::BAGGAGE_DROPPED, names::BAGGAGE_DROPPED_COUNT, count);
        // Unsampled requests have no event, but they count.
        BAGGAGE_DROPPED.add(dropped_baggage as u64, &[]);
    }
    span
}

/// The span of a request that may be recorded.
fn start_below<B>(parent: &Context, links: Vec<Link>, request: &Request<B>) -> Boundary {
    let method = route::method_name(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|matched| route::route(method, matched.as_str()));
    let name = route.map_or(route::method_in_span_name(method), |route| route.span_name);
    Boundary::start_with(name, SpanKind::Server, parent, links, || {
        describe::request(request, method, route.map(|route| route.template))
    })
}

pin_project! {
    /// The answer of a service, in its SERVER span.
    #[derive(Debug)]
    pub struct ServerFuture<F> {
        // Taken when it is done: spans of business code that lives in it must not outlast the
        // SERVER span around them.
        #[pin]
        inner: Option<F>,
        span: Option<Boundary>,
    }

    impl<F> PinnedDrop for ServerFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            // Dropped before the answer: the handler panicked or the client hung up. Somebody
            // waited in vain, so it is no success, whatever the handler was about to say.
            let mut this = this.project();
            this.inner.set(None);
            if let Some(span) = this.span.take() {
                span.fail_unfinished();
            }
        }
    }
}

impl<F, R, E> Future for ServerFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut result = {
            let _active = this
                .span
                .as_ref()
                .map(|span| span.context().clone().attach());
            let inner = this.inner.as_mut().as_pin_mut();
            let result = ready!(inner.expect("not polled again when ready").poll(cx));
            this.inner.set(None);
            result
        };
        if let Some(span) = this.span.take() {
            match &mut result {
                Ok(response) => {
                    answered(&span, response.status());
                    answer::name_the_trace(
                        span.context().span().span_context(),
                        response.headers_mut(),
                    );
                }
                Err(_) => span.fail("_OTHER", "the service failed without an answer"),
            }
        }
        Poll::Ready(result)
    }
}

/// 4xx is the caller's mistake and leaves the status unset; 5xx is ours.
fn answered(span: &Boundary, status: http::StatusCode) {
    span.set(names::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail(Value::from(status.as_str().to_owned()), "");
    }
}
