//! Record headers as carrier of a context.

use opentelemetry::propagation::{Extractor, Injector};
use rdkafka::message::{BorrowedHeaders, BorrowedMessage, Header, Headers, Message, OwnedHeaders};

use crate::propagation::{self, Caller};

/// What W3C's formats write.
const W3C: [&str; 3] = ["traceparent", "tracestate", "baggage"];

/// Who sent a record, by its headers. They are asked for once: librdkafka makes a list of them
/// for the first who asks, and that costs more than all that is read from it.
pub(super) fn caller(record: &BorrowedMessage<'_>) -> Caller {
    let headers = record.headers();
    propagation::caller(last_of_each(headers), &RecordHeaders(headers))
}

/// W3C's headers by their own names, found in one pass.
fn last_of_each<'h>(
    headers: Option<&'h BorrowedHeaders>,
) -> impl Iterator<Item = (&'h str, &'h [u8])> {
    let mut last: [Option<&'h [u8]>; W3C.len()] = Default::default();
    for header in headers.into_iter().flat_map(Headers::iter) {
        let same = |name: &&str| header.key.eq_ignore_ascii_case(name);
        if let Some(name) = W3C.iter().position(same) {
            last[name] = header.value;
        }
    }
    let values = W3C.into_iter().zip(last);
    values.filter_map(|(name, value)| -> Option<(&'h str, _)> { Some((name, value?)) })
}

/// Reads a record's headers: names in any case, and the last of a repeated one, because a header
/// that was added on the way (by a retry, by a dead-letter publisher) comes last.
struct RecordHeaders<'a>(Option<&'a BorrowedHeaders>);

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
