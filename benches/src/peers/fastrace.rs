//! `fastrace` with `fastrace-axum`, `fastrace-tonic` and `fastrace-opentelemetry`.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Duration;

use axum::Router;
use fastrace::collector::Config;
use fastrace::prelude::{Event, LocalSpan, Span, SpanContext, SpanId, TraceId};
use fastrace_axum::FastraceLayer;
use fastrace_opentelemetry::OpenTelemetryReporter;
use fastrace_tonic::{FastraceClientLayer, FastraceServerLayer};
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use tower::Layer as _;

use super::{sdk, stack};
use crate::grpc;
use crate::service::Refused;
use crate::system::{System, Work};

/// With the reporter that speaks OTLP.
pub const FASTRACE: System = System {
    name: "fastrace-axum",
    with,
    layer: |routes: Router| routes.layer(FastraceLayer::default()),
    in_request,
    spans,
    wide_spans,
    fail,
};

fn with(work: Work<'_>) {
    let (exporter, runtime) = sdk::exporter();
    let runtime_of_exports = runtime.handle().clone();
    let resource = Resource::builder().with_service_name("bench").build();
    let scope = InstrumentationScope::builder("bench").build();
    let reporter = OpenTelemetryReporter::new(exporter, Cow::Owned(resource), scope)
        .with_block_on(move |export| runtime_of_exports.block_on(export));
    // Its default is a second.
    let config = Config::default().report_interval(Duration::from_secs(1));
    fastrace::set_reporter(reporter, config);
    work();
    fastrace::flush();
}

fn in_request(sampled: bool, work: Work<'_>) {
    let caller = SpanContext::new(TraceId(7), SpanId(7)).sampled(sampled);
    let root = Span::root("request", caller);
    let _active = root.set_local_parent();
    work();
}

fn spans(rounds: u32) {
    for _ in 0..rounds {
        let _span = LocalSpan::enter_with_local_parent("apply_promotion").with_properties(|| {
            [
                ("app.promotion.coupon", "WELCOME10"),
                ("app.order.lines", "2"),
            ]
        });
        black_box(());
    }
}

fn wide_spans(rounds: u32) {
    for _ in 0..rounds {
        let _span = LocalSpan::enter_with_local_parent("price_line").with_properties(|| {
            [
                ("app.promotion.coupon", "WELCOME10"),
                ("app.order.lines", "2"),
                ("app.item.sku", "TEAPOT-1"),
                ("app.item.quantity", "3"),
                ("app.order.gift", "true"),
            ]
        });
        black_box(());
    }
}

fn fail(refused: &Refused) {
    LocalSpan::add_event(Event::new("exception").with_properties(|| {
        [
            ("exception.type", "Refused".to_owned()),
            ("exception.message", refused.to_string()),
            ("exception.stacktrace", stack(refused)),
        ]
    }));
    LocalSpan::add_properties(|| {
        [
            ("span.status_code", "error".to_owned()),
            ("span.status_description", refused.to_string()),
        ]
    });
}

/// A server's span for each call; the client only passes the context on.
pub fn calls(rounds: u32) {
    let server = FastraceServerLayer::default().layer(grpc::server());
    grpc::call(FastraceClientLayer.layer(server), rounds);
}
