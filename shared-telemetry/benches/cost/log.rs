//! One log line, to standard output, inside a span.

use tracing_subscriber::layer::SubscriberExt as _;

use crate::span;

fn lines(rounds: u32) {
    tracing::info_span!("work").in_scope(|| {
        for _ in 0..rounds {
            tracing::info!(sku = "TEAPOT-1", app.quantity = 2, "quoted");
        }
    });
}

pub(crate) fn ours(rounds: u32, _: &str) {
    span::with_ours(|| lines(rounds));
}

/// The JSON formatter of tracing-subscriber as it is: no ids, and no span's fields either.
pub(crate) fn stock(rounds: u32, _: &str) {
    let json = tracing_subscriber::fmt::layer()
        .json()
        .with_current_span(false)
        .with_span_list(false);
    let subscriber = tracing_subscriber::registry().with(json);
    tracing::subscriber::with_default(subscriber, || lines(rounds));
}
