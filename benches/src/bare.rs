//! No instrumentation at all.

use std::hint::black_box;

use crate::system::System;

/// The service as it is.
pub const BARE: System = System {
    name: "bare",
    with: |work| work(),
    layer: |routes| routes,
    in_request: |_, work| work(),
    spans: |_| (),
    wide_spans: |_| (),
    fail: |refused| {
        black_box(refused);
    },
};
