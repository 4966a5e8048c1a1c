//! Every answer names its trace, so that whoever sees an error can hand over an id.
//!
//! `Server-Timing: trace;desc="00-…"` is what browsers let a page read and what the W3C's level
//! 3 draft uses, `Server-Timing: traceparent;desc="00-…"` is what tools in the field look for,
//! and `traceresponse` is the name that curl users remember.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::SpanContext;

use crate::propagation::header_of;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

pub(super) fn name_the_trace(span: &SpanContext, headers: &mut HeaderMap) {
    if !span.is_valid() {
        return;
    }
    let header = header_of(span);
    let timing = [
        b"trace;desc=\"",
        &header[..],
        b"\", traceparent;desc=\"",
        &header[..],
        b"\"",
    ]
    .concat();
    // Handed over as they are: this is on every answer.
    let value = |bytes: Vec<u8>| {
        HeaderValue::from_maybe_shared(Bytes::from(bytes))
            .expect("hex, dashes and quotes are legal")
    };
    headers.append(SERVER_TIMING, value(timing));
    headers.insert(TRACERESPONSE, value(header.to_vec()));
}
