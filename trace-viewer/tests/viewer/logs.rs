//! The log records of a trace.

use serde_json::json;

use crate::harness::*;

fn path(trace: u8) -> String {
    format!("/api/traces/{}/logs", trace_hex(trace))
}

#[tokio::test]
async fn logs_of_a_trace_come_oldest_first_from_all_services() {
    let viewer = TestViewer::start().await;
    viewer
        .logs(
            "pricing",
            vec![
                log(1, 2, EPOCH + 2, "quoted"),
                log(2, 1, EPOCH, "another trace"),
            ],
        )
        .await;
    let mut record = log(1, 1, EPOCH + 1, "taken");
    record.severity_text = "Warning".to_owned();
    record.event_name = "order.taken".to_owned();
    record.attributes.push(attribute("order.lines", text("2")));
    viewer.logs("gateway", vec![record]).await;

    let answer = viewer.json(&path(1)).await;
    assert_eq!(
        answer["logs"][0],
        json!({
            "time_unix_nano": (EPOCH + 1).to_string(), "severity": "Warning", "service": "gateway",
            "trace_id": trace_hex(1), "span_id": span_hex(1), "body": "taken",
            "attributes": {"order.lines": "2"}, "event_name": "order.taken",
        })
    );
    assert_eq!(answer["logs"][1]["body"], "quoted");
    assert_eq!(answer["logs"][1]["severity"], "INFO");
    assert_eq!(answer["logs"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_trace_without_logs_has_an_empty_list_and_an_unknown_one_is_a_404() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    assert_eq!(viewer.json(&path(1)).await, json!({"logs": []}));
    assert_eq!(viewer.get(&path(2)).await.status(), 404);
}

#[tokio::test]
async fn logs_without_spans_are_found_but_are_no_trace() {
    let viewer = TestViewer::start().await;
    viewer
        .logs("gateway", vec![log(1, 1, EPOCH, "early")])
        .await;
    assert_eq!(viewer.json(&path(1)).await["logs"][0]["body"], "early");
    assert!(!viewer.has_trace(1).await);
    assert_eq!(viewer.json("/api/traces").await, json!({"traces": []}));
}

#[tokio::test]
async fn logs_outside_a_trace_are_accepted_and_not_kept() {
    let viewer = TestViewer::start().await;
    let mut without = log(1, 1, EPOCH, "starting");
    without.trace_id.clear();
    let zero = log(0, 0, EPOCH, "started");
    viewer.logs("gateway", vec![without, zero]).await;
    assert_eq!(viewer.stat("logs").await, 0);
}

#[tokio::test]
async fn a_record_without_time_span_or_severity_text_has_the_next_best() {
    let viewer = TestViewer::start().await;
    let mut record = log(1, 0, 0, "odd");
    record.observed_time_unix_nano = EPOCH;
    record.severity_number = 18;
    viewer.logs("gateway", vec![record]).await;
    let log = viewer.json(&path(1)).await["logs"][0].clone();
    assert_eq!(log["time_unix_nano"], EPOCH.to_string());
    assert_eq!(log["span_id"], "");
    assert_eq!(log["severity"], "ERROR2");
}

#[tokio::test]
async fn logs_arrive_as_json_too() {
    let viewer = TestViewer::start().await;
    let body = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "timeUnixNano": EPOCH.to_string(), "severityNumber": 13, "traceId": trace_hex(1),
        "body": {"kvlistValue": {"values": [{"key": "lines", "value": {"intValue": "2"}}]}},
    }]}]}]});
    let response = viewer
        .post("/v1/logs", JSON, body.to_string().into_bytes())
        .await;
    assert_eq!(response.status(), 200);
    let log = viewer.json(&path(1)).await["logs"][0].clone();
    assert_eq!(
        (&log["body"], &log["severity"]),
        (&json!({"lines": 2}), &json!("WARN"))
    );
}
