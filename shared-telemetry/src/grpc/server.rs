//! The SERVER side: a tower layer for `tonic::transport::Server`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use http::{Request, Response};
use opentelemetry::trace::SpanKind;
use pin_project_lite::pin_project;
use tonic::Code;
use tower::{Layer, Service};

use super::body::{Call, TracedBody, message};
use super::status::{self, Side};
use crate::boundary::Boundary;
use crate::http::HeaderCarrier;
use crate::propagation;

/// Gives every call a SERVER span named `package.Service/Method`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerLayer;

impl ServerLayer {
    /// The layer, for `Server::builder().layer(…)`.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService { inner }
    }
}

/// The service that [`ServerLayer`] makes.
#[derive(Debug, Clone)]
pub struct ServerService<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<TracedBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let parent = propagation::extract(&HeaderCarrier(request.headers()));
        let method = super::method_of(request.uri().path());
        let span = Boundary::start(method.clone(), SpanKind::Server, &parent, Vec::new());
        span.record(|| super::attributes(&method, request.uri().authority()));
        let inner = {
            let _active = span.context().clone().attach();
            self.inner.call(request)
        };
        ServerFuture {
            inner: Some(inner),
            call: Some(Call::new(span, Side::Server, method)),
        }
    }
}

pin_project! {
    /// The answer of a call, in its SERVER span.
    #[derive(Debug)]
    pub struct ServerFuture<F> {
        // Taken when it is done: spans of business code that lives in it must not outlast the
        // SERVER span around them.
        #[pin]
        inner: Option<F>,
        call: Option<Call>,
    }

    impl<F> PinnedDrop for ServerFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.inner.set(None);
            if let Some(call) = this.call.take() {
                call.finish(Code::Cancelled, "the caller went away before the answer");
            }
        }
    }
}

impl<F, R, E> Future for ServerFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<TracedBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = {
            let _active = this
                .call
                .as_ref()
                .map(|call| call.span().context().clone().attach());
            let inner = this.inner.as_mut().as_pin_mut();
            let result = ready!(inner.expect("not polled again when ready").poll(cx));
            this.inner.set(None);
            result
        };
        let mut call = this.call.take();
        Poll::Ready(result.map(|response| {
            // A refusal without a body carries its status in the head.
            if let Some(code) = status::in_headers(response.headers())
                && let Some(call) = call.take()
            {
                call.finish(code, &message(response.headers()));
            }
            response.map(|body| TracedBody::new(body, call))
        }))
    }
}
