//! An answer's body, with which a request ends.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body as AnyBody, Bytes};
use http_body::{Body, Frame, SizeHint};

use super::connection::Host;

/// A request from its head to the end of its answer, or until everybody has given up.
pub(super) struct Exchange(Arc<Host>);

impl Exchange {
    pub(super) fn begin(host: Arc<Host>) -> Self {
        host.entry.request_begins();
        Self(host)
    }

    /// Hands over to the answer.
    pub(super) fn answered(self, body: AnyBody) -> AnswerBody {
        let number = self.0.entry.handle.progress.answer_begins();
        AnswerBody {
            inner: body,
            number,
            exchange: self,
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.entry.request_ends();
    }
}

pub(super) struct AnswerBody {
    inner: AnyBody,
    number: u64,
    exchange: Exchange,
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        let host = &self.exchange.0;
        host.entry.handle.progress.answer_ends(self.number);
    }
}
