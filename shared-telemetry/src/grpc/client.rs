//! The CLIENT side: a tower service around a tonic channel.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use http::{Request, Response};
use opentelemetry::Context;
use opentelemetry::trace::SpanKind;
use pin_project_lite::pin_project;
use tonic::{Code, Status, TimeoutExpired};
use tower::Service;

use super::body::{Call, TracedBody, message};
use super::status::{self, Side};
use crate::boundary::Boundary;
use crate::http::HeaderCarrierMut;
use crate::propagation;

type BoxError = Box<dyn Error + Send + Sync>;

/// A channel whose calls are CLIENT spans and carry the context in their metadata:
/// `InventoryClient::new(grpc::Client::new(channel))`. Cheap to clone when the channel is.
///
/// A channel does not say where it leads. `InventoryClient::with_origin(.., uri)` does, and the
/// spans then have `server.address` and `server.port`.
///
/// A deadline that passes is a failure of status DEADLINE_EXCEEDED.
#[derive(Debug, Clone)]
pub struct Client<S> {
    channel: S,
}

impl<S> Client<S> {
    /// Wraps a channel with its deadlines and connections as they are set.
    #[must_use]
    pub fn new(channel: S) -> Self {
        Self { channel }
    }
}

impl<S, B, R> Service<Request<B>> for Client<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<TracedBody<R>>;
    type Error = BoxError;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), BoxError>> {
        self.channel.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let method = super::method_of(request.uri().path());
        let span = Boundary::start(
            method.clone(),
            SpanKind::Client,
            &Context::current(),
            Vec::new(),
        );
        span.record(|| super::attributes(&method, request.uri().authority()));
        propagation::inject(span.context(), &mut HeaderCarrierMut(request.headers_mut()));
        let inner = {
            let _active = span.context().clone().attach();
            self.channel.call(request)
        };
        ClientFuture {
            inner,
            call: Some(Call::new(span, Side::Client, method)),
        }
    }
}

pin_project! {
    /// The answer to a call, in its CLIENT span.
    #[derive(Debug)]
    pub struct ClientFuture<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }

    impl<F> PinnedDrop for ClientFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(call) = this.project().call.take() {
                call.finish(Code::Cancelled, "the call was dropped before its answer");
            }
        }
    }
}

impl<F, R, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<TracedBody<R>>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = {
            let _active = this
                .call
                .as_ref()
                .map(|call| call.span().context().clone().attach());
            ready!(this.inner.poll(cx))
        };
        let mut call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => {
                if let Some(code) = status::in_headers(response.headers())
                    && let Some(call) = call.take()
                {
                    call.finish(code, &message(response.headers()));
                }
                Ok(response.map(|body| TracedBody::new(body, call)))
            }
            Err(error) => {
                let status = status_of(error.into());
                if let Some(call) = call {
                    call.finish(status.code(), status.message());
                }
                Err(Box::new(status))
            }
        })
    }
}

/// What the generated client would make of an error, so that span and caller agree; but where
/// tonic calls a passed deadline CANCELLED, as if the caller had changed its mind, it gets its
/// right name.
fn status_of(error: BoxError) -> Status {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return Status::deadline_exceeded("the deadline passed before the answer");
        }
        cause = error.source();
    }
    Status::from_error(error)
}
