//! Log lines carry the ids of the span in which they were written.

use propagation_harness::Boundary;
use serde_json::Value;
use shared_telemetry::testing::{SpanKind, SpanNode};

use crate::shop::evidence;

#[track_caller]
fn assert_names(line: &Value, span: SpanNode<'_>) {
    let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let what = |id: &str| format!("{id} of the line {:?}", text("message"));
    let log = Boundary::LogLines;
    log.names(&what("trace_id"), &span.trace_id(), &text("trace_id"));
    log.names(&what("span_id"), &span.id(), &text("span_id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_an_order_names_its_span() {
    let evidence = evidence().await;
    for (message, span, kind) in [
        ("checkout accepted", "business.checkout", SpanKind::Internal),
        (
            "order reserved",
            "process order.created",
            SpanKind::Consumer,
        ),
        ("stock reserved", "reserve_inventory", SpanKind::Internal),
    ] {
        let line = evidence
            .lines
            .iter()
            .find(|line| line["message"] == message);
        let line = line.unwrap_or_else(|| panic!("no line {message:?}"));
        assert_names(line, evidence.one(span, kind));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_two_requests_at_once_are_told_apart() {
    let evidence = evidence().await;
    for server in evidence.all("GET /quote/{sku}", &SpanKind::Server) {
        let path = server.text("url.path");
        let of_this = |line: &&Value| {
            let sku = line["fields"]["app.item.sku"].as_str().unwrap_or_default();
            line["message"] == "quoted" && path.ends_with(sku)
        };
        let line = evidence.lines.iter().find(of_this);
        assert_names(line.expect("a line for each quote"), server);
    }
}
