//! Spans by the macros of `tracing`: ours are written like this, and those of two peers.

use std::hint::black_box;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

use crate::system::Work;

/// Does the work in the context of a caller.
pub fn in_request(sampled: bool, work: Work<'_>) {
    let flags = TraceFlags::default().with_sampled(sampled);
    let (trace, span) = (TraceId::from(7_u128), SpanId::from(7_u64));
    let caller = SpanContext::new(trace, span, flags, true, Default::default());
    let _active = Context::new().with_remote_span_context(caller).attach();
    work();
}

/// With two attributes.
pub fn spans(rounds: u32) {
    for _ in 0..rounds {
        let span = tracing::info_span!(
            "apply_promotion",
            app.promotion.coupon = "WELCOME10",
            app.order.lines = 2
        );
        span.in_scope(|| black_box(()));
    }
}

/// With five.
pub fn wide_spans(rounds: u32) {
    for _ in 0..rounds {
        let span = tracing::info_span!(
            "price_line",
            app.promotion.coupon = "WELCOME10",
            app.order.lines = 2,
            app.item.sku = "TEAPOT-1",
            app.item.quantity = 3,
            app.order.gift = true
        );
        span.in_scope(|| black_box(()));
    }
}
