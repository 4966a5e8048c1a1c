//! One dead letter, as its record tells it: whoever wrote that is not believed in anything.

use std::time::{Duration, SystemTime};

use contracts::topics::dead_letter;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use shared_telemetry::kafka::ProducerSpan;

/// Those of a message's headers that its producer writes anew.
const TRACE_HEADERS: [&str; 9] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
];

/// A dead letter with everything that is needed to send it again.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) key: Vec<u8>,
    pub(super) payload: Vec<u8>,
    /// When it was written, as the broker has it.
    pub(super) time: Option<SystemTime>,
    headers: Vec<(String, Vec<u8>)>,
    /// The span that has put it aside.
    pub(super) put_aside_by: Option<ProducerSpan>,
}

impl Letter {
    pub(super) fn read(record: &BorrowedMessage<'_>) -> Self {
        let headers = record.headers().into_iter().flat_map(|headers| {
            let owned = |value: Option<&[u8]>| value.unwrap_or_default().to_vec();
            headers
                .iter()
                .map(move |one| (one.key.to_owned(), owned(one.value)))
        });
        let millis = record.timestamp().to_millis();
        let millis = millis.and_then(|millis| u64::try_from(millis).ok());
        Self {
            partition: record.partition(),
            offset: record.offset(),
            key: record.key().unwrap_or_default().to_vec(),
            payload: record.payload().unwrap_or_default().to_vec(),
            time: millis.and_then(|millis| {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
            }),
            headers: headers.collect(),
            put_aside_by: ProducerSpan::of(record),
        }
    }

    /// Partition and offset, as `--at` takes them.
    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.partition, self.offset)
    }

    /// The value of a header: of a repeated one the last, which was written last.
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut headers = self.headers.iter().rev();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// The span that sent the message first, before anything went wrong.
    pub(super) fn first_sent_by(&self) -> Option<ProducerSpan> {
        ProducerSpan::from_traceparent(self.header(dead_letter::ORIGINAL_TRACEPARENT)?)
    }

    /// True when the message's value was too long for a dead letter.
    pub(super) fn has_no_value(&self) -> bool {
        self.header(dead_letter::LEFT_OUT).is_some()
    }

    /// The headers that the message had of its own.
    pub(super) fn own_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let is_own = |name: &str| {
            let mut others = TRACE_HEADERS.iter().chain(&dead_letter::ALL);
            !others.any(|other| name.eq_ignore_ascii_case(other))
        };
        let headers = self.headers.iter();
        headers
            .filter(move |(name, _)| is_own(name))
            .map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// What the key says, bytes that are no text in the form `\xff`.
    pub(super) fn order_id(&self) -> String {
        text(&self.key)
    }
}

/// Bytes as text; those that are none are escaped, and none are lost.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut told = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        told.push_str(chunk.valid());
        told.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_told_one_by_one() {
        assert_eq!(text(b"order \xff\xfe\xc3\xa4"), "order \\xff\\xfe\u{e4}");
        assert_eq!(text(b""), "");
    }
}
