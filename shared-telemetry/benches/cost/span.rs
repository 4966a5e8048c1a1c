//! One business span inside a request.

use std::hint::black_box;
use std::time::Duration;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};
use shared_telemetry::{Service, Telemetry};
use tokio::runtime::{Builder, Runtime};

use crate::stock;

/// All that the program itself does is on the thread of `main`.
pub(crate) fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread to run on")
}

/// Runs `work` with this crate's telemetry, started and stopped as in any program.
pub(crate) fn with_ours(work: impl FnOnce()) {
    let service = Service::new("bench", env!("CARGO_PKG_VERSION"), "bench");
    let telemetry = Telemetry::start(service).expect("nothing was started before");
    work();
    let stopped = telemetry.stop(Duration::from_secs(60));
    stopped.expect("all of it arrives");
}

/// Makes spans under a caller.
fn spans(flags: TraceFlags, rounds: u32) {
    let (trace, span) = (TraceId::from(7_u128), SpanId::from(7_u64));
    let caller = SpanContext::new(trace, span, flags, true, Default::default());
    let _active = Context::new().with_remote_span_context(caller).attach();
    for _ in 0..rounds {
        let span = tracing::info_span!(
            "apply_promotion",
            app.promotion.coupon = "WELCOME10",
            app.order.lines = 2
        );
        span.in_scope(|| black_box(()));
    }
}

pub(crate) fn ours_unsampled(rounds: u32, _: &str) {
    with_ours(|| spans(TraceFlags::default(), rounds));
}

pub(crate) fn ours_sampled(rounds: u32, _: &str) {
    with_ours(|| spans(TraceFlags::SAMPLED, rounds));
}

pub(crate) fn stock_unsampled(rounds: u32, _: &str) {
    stock::with(|| spans(TraceFlags::default(), rounds));
}

pub(crate) fn stock_sampled(rounds: u32, _: &str) {
    stock::with(|| spans(TraceFlags::SAMPLED, rounds));
}
