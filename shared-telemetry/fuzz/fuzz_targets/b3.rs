//! Hostile headers for B3 in both encodings.
#![no_main]

mod headers;

use libfuzzer_sys::fuzz_target;
use shared_telemetry::propagation::Format;

fuzz_target!(|bytes: &[u8]| headers::hold(
    bytes,
    &[
        "b3",
        "x-b3-traceid",
        "x-b3-spanid",
        "x-b3-sampled",
        "x-b3-flags"
    ],
    Format::B3
));
