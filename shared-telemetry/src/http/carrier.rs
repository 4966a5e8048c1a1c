//! HTTP headers as carrier of a context; gRPC metadata are the same headers.

use http::header::GetAll;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

use crate::propagation::{self, Caller};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The names that every request is asked for, which then need not be checked and lower-cased
/// each time.
fn known(key: &str) -> Option<&'static HeaderName> {
    match key {
        "traceparent" => Some(&TRACEPARENT),
        "tracestate" => Some(&TRACESTATE),
        "baggage" => Some(&BAGGAGE),
        _ => None,
    }
}

/// Who called, by the headers of a request.
pub(super) fn caller(headers: &HeaderMap) -> Caller {
    let listed = headers.iter();
    let listed = listed.map(|(name, value)| (name.as_str(), value.as_bytes()));
    propagation::caller(listed, &HeaderCarrier(headers))
}

/// Headers to read a context from, by [`crate::propagation::Propagation::extract`].
#[derive(Debug)]
pub struct HeaderCarrier<'a>(pub &'a HeaderMap);

impl HeaderCarrier<'_> {
    fn values(&self, key: &str) -> GetAll<'_, HeaderValue> {
        match known(key) {
            Some(name) => self.0.get_all(name),
            None => self.0.get_all(key),
        }
    }
}

impl Extractor for HeaderCarrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.values(key).iter().next().map(text)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }

    /// All values in order, so that a propagator can tell a repeated header from a single one.
    /// A value that is no UTF-8 counts as an empty one: it was sent, and it means nothing.
    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let mut values = self.values(key).into_iter().map(text);
        let first = values.next()?;
        // Most headers come once.
        let mut all = Vec::with_capacity(1);
        all.push(first);
        all.extend(values);
        Some(all)
    }
}

fn text(value: &HeaderValue) -> &str {
    std::str::from_utf8(value.as_bytes()).unwrap_or_default()
}

/// Headers to write a context to, by [`crate::propagation::Propagation::inject`].
#[derive(Debug)]
pub struct HeaderCarrierMut<'a>(pub &'a mut HeaderMap);

impl Injector for HeaderCarrierMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = match known(key) {
            Some(name) => Some(name.clone()),
            None => HeaderName::from_bytes(key.as_bytes()).ok(),
        };
        if let (Some(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
