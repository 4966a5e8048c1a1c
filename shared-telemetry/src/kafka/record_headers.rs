//! Record headers as carrier of a context.

use opentelemetry::propagation::{Extractor, Injector};
use rdkafka::message::{BorrowedHeaders, Header, Headers, OwnedHeaders};

/// Reads a record's headers: names in any case, and the last of a repeated one, because a header
/// that was added on the way (by a retry, by a dead-letter publisher) comes last.
pub(super) struct RecordHeaders<'a>(pub(super) Option<&'a BorrowedHeaders>);

impl RecordHeaders<'_> {
    fn last(&self, key: &str) -> Option<&str> {
        let headers = self.0?;
        (0..headers.count())
            .rev()
            .map(|index| headers.get(index))
            .find(|header| header.key.eq_ignore_ascii_case(key))
            .and_then(|header| std::str::from_utf8(header.value?).ok())
    }
}

impl Extractor for RecordHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.last(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.map_or_else(Vec::new, |headers| {
            headers.iter().map(|header| header.key).collect()
        })
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        self.last(key).map(|value| vec![value])
    }
}

/// Collects headers for a record that is about to be sent.
pub(super) struct NewRecordHeaders(pub(super) OwnedHeaders);

impl Injector for NewRecordHeaders {
    fn set(&mut self, key: &str, value: String) {
        let headers = std::mem::replace(&mut self.0, OwnedHeaders::new_with_capacity(0));
        self.0 = headers.insert(Header {
            key,
            value: Some(&value),
        });
    }
}
