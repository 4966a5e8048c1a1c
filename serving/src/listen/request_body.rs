//! A request's body, which has to come in time.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::connections::Handle;

/// The body was not there in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body did not arrive within {limit:?}")]
pub(crate) struct BodyTooSlow {
    limit: Duration,
}

#[derive(Debug)]
pub(super) struct RequestBody {
    inner: Incoming,
    handle: Arc<Handle>,
    begun: Instant,
    limit: Duration,
    /// Made when something is waited for: most bodies come with their head.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, limit: Duration, handle: Arc<Handle>) -> Self {
        Self {
            inner,
            handle,
            begun: Instant::now(),
            limit,
            alarm: None,
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    /// The connection's own error, or [`BodyTooSlow`].
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let (deadline, limit) = (self.begun + self.limit, self.limit);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        let too_slow = |()| Some(Err(BoxError::from(BodyTooSlow { limit })));
        alarm.as_mut().poll(cx).map(too_slow)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.inner.is_end_stream() {
            self.handle.progress.body_left_unread();
        }
    }
}
