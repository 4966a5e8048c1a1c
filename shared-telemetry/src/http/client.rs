//! The CLIENT side: reqwest with a span and the context in the headers.

use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue, Value};
use reqwest::{IntoUrl, Request, RequestBuilder, Response};

use super::{HeaderCarrierMut, route, url};
use crate::boundary::Boundary;
use crate::{names, propagation};

/// A [`reqwest::Client`] whose requests are CLIENT spans and carry the context. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Client {
    inner: reqwest::Client,
}

impl Client {
    /// Wraps a client with its timeouts and pools as they are set.
    #[must_use]
    pub fn new(inner: reqwest::Client) -> Self {
        Self { inner }
    }

    /// Begins a GET request, for [`Client::send`].
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.inner.get(url)
    }

    /// Begins a POST request, for [`Client::send`].
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.inner.post(url)
    }

    /// Sends a request in a CLIENT span named after its method. The span ends when the answer's
    /// headers are here; 4xx and 5xx answers make it an error, as the conventions ask of a
    /// client.
    ///
    /// # Errors
    /// Those of reqwest, without the URL: its query may hold a secret.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, reqwest::Error> {
        self.send_after(request, || ()).await
    }

    /// As [`Client::send`], after `first` has run in the span: there [`crate::current`] tells the
    /// span's ids, for who must know them even when no answer comes.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send_after(
        &self,
        request: RequestBuilder,
        first: impl FnOnce(),
    ) -> Result<Response, reqwest::Error> {
        let mut request = request.build().map_err(reqwest::Error::without_url)?;
        let method = route::method_name(request.method());
        let span = Boundary::start(
            route::method_in_span_name(method),
            SpanKind::Client,
            &Context::current(),
            Vec::new(),
        );
        span.record(|| attributes(&request, method));
        propagation::inject(span.context(), &mut HeaderCarrierMut(request.headers_mut()));

        let sent = async {
            first();
            self.inner.execute(request).await
        };
        let result = span.during(sent).await;
        match result {
            Ok(response) => {
                let status = response.status();
                span.set(names::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16()));
                if status.is_client_error() || status.is_server_error() {
                    span.fail(Value::from(status.as_str().to_owned()), "");
                }
                Ok(response)
            }
            Err(error) => {
                let error = error.without_url();
                span.fail_with(kind_of(&error), &error);
                Err(error)
            }
        }
    }
}

fn attributes(request: &Request, method: &'static str) -> Vec<KeyValue> {
    let target = request.url();
    let mut attributes = vec![
        KeyValue::new(names::HTTP_REQUEST_METHOD, method),
        KeyValue::new(names::URL_FULL, url::redacted(target)),
    ];
    attributes.extend(route::original(request.method(), method));
    if let Some(host) = target.host_str() {
        attributes.push(KeyValue::new(names::SERVER_ADDRESS, host.to_owned()));
    }
    if let Some(port) = target.port_or_known_default() {
        attributes.push(KeyValue::new(names::SERVER_PORT, i64::from(port)));
    }
    attributes
}

/// `error.type` of a request without an answer.
fn kind_of(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "_OTHER"
    }
}
