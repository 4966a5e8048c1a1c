//! Every answer names its trace, so that whoever sees an error can hand over an id.
//!
//! `Server-Timing: trace;desc="00-…"` is what browsers let a page read and what the W3C's level
//! 3 draft uses, `Server-Timing: traceparent;desc="00-…"` is what tools in the field look for,
//! and `traceresponse` is the name that curl users remember.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::SpanContext;

use crate::propagation::{header_of, traceparent};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

const LEN: usize = traceparent::LEN;
const BEFORE: &[u8; 12] = b"trace;desc=\"";
const BETWEEN: &[u8; 21] = b"\", traceparent;desc=\"";
const FIRST: usize = BEFORE.len();
const SECOND: usize = FIRST + LEN + BETWEEN.len();

pub(super) fn name_the_trace(span: &SpanContext, headers: &mut HeaderMap) {
    if !span.is_valid() {
        return;
    }
    let header = header_of(span);
    // This is on every answer, so it is put together in place: all of it has a fixed length.
    let mut timing = [b'"'; SECOND + LEN + 1];
    timing[..FIRST].copy_from_slice(BEFORE);
    timing[FIRST..FIRST + LEN].copy_from_slice(&header);
    timing[FIRST + LEN..SECOND].copy_from_slice(BETWEEN);
    timing[SECOND..SECOND + LEN].copy_from_slice(&header);
    let value =
        |bytes: &[u8]| HeaderValue::from_bytes(bytes).expect("hex, dashes and quotes are legal");
    headers.append(SERVER_TIMING, value(&timing));
    headers.insert(TRACERESPONSE, value(&header));
}
