//! A response body that ends its span with the status in its trailers.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Code;

use super::status::{self, Side};
use crate::boundary::Boundary;
use crate::names;

/// The span of a call, until its status is known.
#[derive(Debug)]
pub(super) struct Call {
    span: Boundary,
    side: Side,
    method: String,
}

impl Call {
    pub(super) fn new(span: Boundary, side: Side, method: String) -> Self {
        Self { span, side, method }
    }

    pub(super) fn span(&self) -> &Boundary {
        &self.span
    }

    /// Ends the span with a status.
    pub(super) fn finish(self, code: Code, message: &str) {
        let name = status::name(code);
        self.span.set(names::RPC_RESPONSE_STATUS_CODE, name);
        if self.side.is_error(code) {
            self.span.fail(name, message.to_owned());
        }
        if self.side == Side::Server && code == Code::Unimplemented {
            // The method is whatever the caller typed; as a name it would be endless.
            self.span.rename("_OTHER");
            self.span.set(names::RPC_METHOD, "_OTHER");
            self.span.set(names::RPC_METHOD_ORIGINAL, self.method);
        }
    }
}

/// `grpc-message`, percent-decoded: what the callee said of the failure.
pub(super) fn message(headers: &http::HeaderMap) -> String {
    headers
        .get(tonic::Status::GRPC_MESSAGE)
        .map(|text| {
            percent_encoding::percent_decode(text.as_bytes())
                .decode_utf8_lossy()
                .into_owned()
        })
        .unwrap_or_default()
}

pin_project! {
    /// A body that keeps its call's context active while it is polled and ends the call's span
    /// with the trailers; a body dropped before them was cancelled.
    #[derive(Debug)]
    pub struct TracedBody<B> {
        #[pin]
        inner: B,
        call: Option<Call>,
    }

    impl<B> PinnedDrop for TracedBody<B> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(call) = this.project().call.take() {
                call.finish(Code::Cancelled, "the call was dropped before its end");
            }
        }
    }
}

impl<B> TracedBody<B> {
    pub(super) fn new(inner: B, call: Option<Call>) -> Self {
        Self { inner, call }
    }
}

impl<B: Body> Body for TracedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let polled = {
            let _active = this
                .call
                .as_ref()
                .map(|call| call.span.context().clone().attach());
            this.inner.poll_frame(cx)
        };
        let outcome = match &polled {
            Poll::Ready(Some(Ok(frame))) => frame.trailers_ref().map(|trailers| {
                (
                    status::in_headers(trailers).unwrap_or(Code::Ok),
                    message(trailers),
                )
            }),
            Poll::Ready(Some(Err(_))) => Some((Code::Unknown, "the body broke off".to_owned())),
            // An end without trailers says nothing went wrong only on the server's own side.
            Poll::Ready(None) => {
                Some((Code::Unknown, "the body ended without a status".to_owned()))
            }
            Poll::Pending => None,
        };
        if let Some((code, message)) = outcome
            && let Some(call) = this.call.take()
        {
            call.finish(code, &message);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
