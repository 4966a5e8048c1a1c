//! A failure is an event that says why and a status that says that.

use axum::http::StatusCode;
use shared_telemetry::error;
use shared_telemetry::testing::{SpanKind, recorder};
use tracing::Instrument as _;

use crate::root::in_root;
use crate::{checkout, price};

#[tokio::test]
async fn a_recorded_error_is_an_exception_event_and_status_error() {
    let (id, ()) = in_root(async {
        error::record(&price("ten").expect_err("no number"));
    })
    .await;

    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    assert!(root.failed(), "{root:?}");
    assert_eq!(root.events(), ["exception"]);
    let exception = |key| root.event_text("exception", key);
    assert_eq!(
        exception("exception.type"),
        "errors_and_events::CannotPrice"
    );
    assert_eq!(exception("exception.message"), "the cart can't be priced");
    let stacktrace = exception("exception.stacktrace");
    assert!(
        stacktrace.contains("caused by: invalid digit found in string"),
        "{stacktrace}"
    );
    assert!(stacktrace.contains(file!()), "the place: {stacktrace}");
    assert_eq!(root.text("error.type"), "errors_and_events::CannotPrice");
}

#[tokio::test]
async fn an_error_goes_to_the_span_that_failed_and_its_parent_stays_as_it_is() {
    let (id, ()) = in_root(async {
        let attempt = async { error::record(&price("ten").expect_err("no number")) };
        attempt.instrument(tracing::info_span!("attempt")).await;
    })
    .await;
    let trace = recorder().trace(id);
    assert!(trace.one("attempt", SpanKind::Internal).failed(), "{trace}");
    assert!(trace.one("root", SpanKind::Internal).status_unset());
}

#[tokio::test]
async fn an_error_recorded_in_a_handler_keeps_its_message_when_the_answer_is_a_500() {
    let trace = checkout(|| async {
        error::record(&price("ten").expect_err("no number"));
        StatusCode::INTERNAL_SERVER_ERROR
    })
    .await;
    let server = trace.one("GET /checkout", SpanKind::Server);
    assert!(server.failed());
    assert_eq!(server.text("error.type"), "500");
    let everything = format!("{server:?}");
    assert_eq!(everything.matches("error.type").count(), 1, "{everything}");
    assert!(
        everything.contains("Error { description: \"the cart can't be priced\" }"),
        "{everything}"
    );
}

#[tokio::test]
async fn a_success_stays_unset_and_has_no_error_type() {
    let (id, price) = in_root(async { price("10") }).await;
    assert_eq!(price.unwrap(), 10);
    let trace = recorder().trace(id);
    let root = trace.one("root", SpanKind::Internal);
    assert!(root.status_unset());
    assert_eq!(root.attribute("error.type"), None);
}
