//! W3C's three headers, found in one pass over all that came.

use opentelemetry::propagation::Extractor;

pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const TRACESTATE: &str = "tracestate";
pub(super) const BAGGAGE: &str = "baggage";

/// The values of each, in their order.
///
/// A request has some ten headers. To look at each name once costs less than to ask a map three
/// times, for two names that it seldom has; and a list without an entry costs nothing.
#[derive(Debug, Default)]
pub(super) struct W3cHeaders<'h> {
    traceparent: Option<&'h [u8]>,
    repeated: bool,
    pub(super) tracestate: Vec<&'h [u8]>,
    pub(super) baggage: Vec<&'h [u8]>,
}

impl<'h> W3cHeaders<'h> {
    /// Names are in lower case.
    pub(super) fn among(all: impl Iterator<Item = (&'h str, &'h [u8])>) -> Self {
        let mut headers = Self::default();
        for (name, value) in all {
            match name {
                TRACEPARENT => {
                    headers.repeated = headers.traceparent.is_some();
                    headers.traceparent = Some(value);
                }
                TRACESTATE => headers.tracestate.push(value),
                BAGGAGE => headers.baggage.push(value),
                _ => {}
            }
        }
        headers
    }

    /// The same of a carrier that has to be asked for each name.
    pub(super) fn of(carrier: &'h dyn Extractor, names: &[&'static str]) -> Self {
        let values = |name: &&'static str| {
            let values = carrier.get_all(name).unwrap_or_default();
            let name = *name;
            values
                .into_iter()
                .map(move |value| (name, value.as_bytes()))
        };
        Self::among(names.iter().flat_map(values))
    }

    /// "traceparent" twice is as good as none: nobody can tell which one is meant.
    pub(super) fn traceparent(&self) -> Option<&'h [u8]> {
        self.traceparent.filter(|_| !self.repeated)
    }
}

/// A value that is no UTF-8 counts as an empty one: it was sent, and it means nothing.
pub(super) fn texts<'h>(values: &[&'h [u8]]) -> Vec<&'h str> {
    let text = |value: &&'h [u8]| std::str::from_utf8(value).unwrap_or_default();
    values.iter().map(text).collect()
}
