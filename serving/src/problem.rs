//! Problem details (RFC 9457): one shape for every error answer, which names its trace.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// An error answer.
///
/// `detail` is one sentence for the caller: what is wrong, where, what is accepted. It never
/// holds a secret nor the insides of the service.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    title: Option<&'static str>,
    detail: String,
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with its one sentence.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            title: None,
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// A problem that `error` caused. The error itself goes to the active span and to the log,
    /// for a status of 500 and above; the caller reads only `detail`.
    #[must_use]
    pub fn from_error<E: std::error::Error + 'static>(
        status: StatusCode,
        detail: impl Into<String>,
        error: &E,
    ) -> Self {
        if status.is_server_error() {
            shared_telemetry::error::record(error);
            tracing::error!(
                error = shared_telemetry::error::chain(error),
                "request failed"
            );
        }
        Self::new(status, detail)
    }

    /// What kind of problem it is, where the status alone does not say.
    #[must_use]
    pub fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Asks the caller to come again after `delay`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let of_the_status = || self.status.canonical_reason().unwrap_or("Error");
        let mut body = json!({
            "type": "about:blank",
            "title": self.title.unwrap_or_else(of_the_status),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(trace_id) = shared_telemetry::current::trace_id() {
            body["trace_id"] = trace_id.to_string().into();
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(delay) = self.retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(delay.as_secs().max(1)),
            );
        }
        response
    }
}
