//! Business spans among the automatic ones.

use axum::Router;
use axum::routing::get;
use shared_telemetry::http::ServerLayer;
use shared_telemetry::testing::{SpanKind, recorder};
use shared_telemetry::{current, error};
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::root::in_root;
use crate::server::{serve, traced};
use crate::{CannotPrice, checkout, price};

#[tokio::test]
async fn an_early_return_leaks_no_span() {
    async fn business() -> Result<i64, CannotPrice> {
        async {
            let cents = tracing::info_span!("parse").in_scope(|| price("ten"))?;
            tracing::info_span!("never").in_scope(|| Ok(cents))
        }
        .instrument(tracing::info_span!("business.checkout"))
        .await
    }
    let (id, ()) = in_root(async {
        let before = current::span_id();
        business().await.expect_err("no number");
        assert_eq!(current::span_id(), before, "the root is active again");
    })
    .await;

    let trace = recorder().trace(id);
    assert_eq!(trace.len(), 3, "each span that began has ended: {trace}");
    let business = trace.one("business.checkout", SpanKind::Internal);
    let parse = trace.one("parse", SpanKind::Internal);
    trace.assert_child("business span", business, parse);
}

#[tokio::test]
async fn a_business_span_stands_between_the_automatic_ones() {
    let shop = Router::new().route("/quote", get(|| async {}));
    let shop = serve(shop.layer(ServerLayer::new())).await;
    let trace = checkout(move || async move {
        let business = tracing::info_span!("business.checkout", checkout.step = Empty);
        async {
            let step = |step| {
                tracing::Span::current().record("checkout.step", step);
            };
            step("quote");
            let url = format!("http://{shop}/quote");
            traced().send(traced().get(url)).await.expect("it is up");
            step("publish");
            current::set("app.lines", 2);
        }
        .instrument(business)
        .await;
    })
    .await;

    let server = trace.one("GET /checkout", SpanKind::Server);
    let business = trace.one("business.checkout", SpanKind::Internal);
    trace.assert_child("HTTP server > business", server, business);
    let quote = trace.one("GET /quote", SpanKind::Server);
    let client = trace
        .named("GET")
        .into_iter()
        .find(|span| span.id() == quote.parent_id())
        .expect("the caller of /quote is in the trace");
    trace.assert_child("business > HTTP client", business, client);

    assert_eq!(business.text("checkout.step"), "publish", "the last value");
    assert_eq!(business.text("app.lines"), "2");
    let everything = format!("{trace:?}");
    assert_eq!(everything.matches("checkout.step").count(), 1, "once");
    assert_eq!(everything.matches("app.lines").count(), 1, "once");
}

#[tokio::test]
async fn outside_of_any_span_there_are_no_ids_and_nothing_to_set() {
    let _recorder = recorder();
    assert_eq!(current::trace_id(), None);
    assert_eq!(current::span_id(), None);
    assert!(!current::is_sampled());
    current::set("app.lines", 2);
    error::record(&price("ten").expect_err("no number"));
    tracing::info!(name: "cache.miss", "nobody's");
}
