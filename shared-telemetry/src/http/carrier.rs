//! HTTP headers as carrier of a context; gRPC metadata are the same headers.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

pub(crate) struct HeaderCarrier<'a>(pub(crate) &'a HeaderMap);

impl Extractor for HeaderCarrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }

    /// All values in order, so that a propagator can tell a repeated header from a single one.
    /// A value that is not ASCII counts as an empty one: it was sent, and it means nothing.
    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values: Vec<_> = self
            .0
            .get_all(key)
            .iter()
            .map(|value| value.to_str().unwrap_or_default())
            .collect();
        (!values.is_empty()).then_some(values)
    }
}

pub(crate) struct HeaderCarrierMut<'a>(pub(crate) &'a mut HeaderMap);

impl Injector for HeaderCarrierMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
