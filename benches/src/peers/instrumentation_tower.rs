//! `opentelemetry-instrumentation-tower`, and inside of a request the API of OpenTelemetry by hand.

use std::hint::black_box;

use axum::Router;
use opentelemetry::trace::{Span as _, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_instrumentation_tower::http::server::LayerBuilder;

use super::{sdk, stack};
use crate::macros;
use crate::service::Refused;
use crate::system::System;

/// Its metrics are off: nothing else here measures any.
pub const INSTRUMENTATION_TOWER: System = System {
    name: "opentelemetry-instrumentation-tower",
    with: |work| sdk::with(|_| work()),
    layer,
    in_request: macros::in_request,
    spans,
    wide_spans,
    fail,
};

fn layer(routes: Router) -> Router {
    let layer = LayerBuilder::builder().with_metrics(false).build();
    routes.layer(layer.expect("a legal layer"))
}

fn spans(rounds: u32) {
    let tracer = global::tracer("bench");
    for _ in 0..rounds {
        let mut span = tracer.start("apply_promotion");
        span.set_attribute(KeyValue::new("app.promotion.coupon", "WELCOME10"));
        span.set_attribute(KeyValue::new("app.order.lines", 2));
        let _active = Context::current_with_span(span).attach();
        black_box(());
    }
}

fn wide_spans(rounds: u32) {
    let tracer = global::tracer("bench");
    for _ in 0..rounds {
        let mut span = tracer.start("price_line");
        span.set_attribute(KeyValue::new("app.promotion.coupon", "WELCOME10"));
        span.set_attribute(KeyValue::new("app.order.lines", 2));
        span.set_attribute(KeyValue::new("app.item.sku", "TEAPOT-1"));
        span.set_attribute(KeyValue::new("app.item.quantity", 3));
        span.set_attribute(KeyValue::new("app.order.gift", true));
        let _active = Context::current_with_span(span).attach();
        black_box(());
    }
}

fn fail(refused: &Refused) {
    let context = Context::current();
    let span = context.span();
    span.add_event(
        "exception",
        vec![
            KeyValue::new("exception.type", "Refused"),
            KeyValue::new("exception.message", refused.to_string()),
            KeyValue::new("exception.stacktrace", stack(refused)),
        ],
    );
    span.set_status(Status::error(refused.to_string()));
}
