//! Hostile headers for W3C Trace Context.
#![no_main]

mod headers;

use libfuzzer_sys::fuzz_target;
use shared_telemetry::propagation::Format;

fuzz_target!(|bytes: &[u8]| headers::hold(
    bytes,
    &["traceparent", "tracestate"],
    Format::TraceContext
));
