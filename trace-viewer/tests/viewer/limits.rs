//! The store's limits: what goes first, that it goes whole, and that no limit is ever exceeded.

use prost::Message;
use serde_json::json;
use shared_telemetry::otlp::proto::collector::trace::v1::ExportTraceServiceResponse;
use trace_viewer::Limits;

use crate::harness::*;

#[tokio::test]
async fn over_the_trace_limit_the_oldest_goes_whole_with_its_logs() {
    let limits = Limits {
        traces: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer
        .spans("gateway", vec![span(1, 1), child(1, 2, 1)])
        .await;
    viewer
        .logs("gateway", vec![log(1, 1, EPOCH, "first")])
        .await;
    viewer.spans("gateway", vec![span(2, 1), span(3, 1)]).await;
    let logs = viewer
        .get(&format!("/api/traces/{}/logs", trace_hex(1)))
        .await;
    assert_eq!(logs.status(), 404);
    assert!(!viewer.has_trace(1).await);
    assert!(viewer.has_trace(2).await && viewer.has_trace(3).await);
    let stats = viewer.json("/api/stats").await;
    assert_eq!(
        (&stats["traces"], &stats["spans"], &stats["logs"]),
        (&json!(2), &json!(2), &json!(0))
    );
    assert_eq!(stats["evicted_traces"], 1);
    assert_eq!(stats["limits"]["traces"], 2);
}

#[tokio::test]
async fn a_trace_is_as_old_as_its_last_data() {
    let limits = Limits {
        traces: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer.spans("gateway", vec![span(1, 1), span(2, 1)]).await;
    viewer.spans("pricing", vec![child(1, 2, 1)]).await;
    viewer.spans("gateway", vec![span(3, 1)]).await;
    assert!(viewer.has_trace(1).await && !viewer.has_trace(2).await);
}

#[tokio::test]
async fn the_byte_limit_holds_whatever_comes() {
    let bytes = 64 * 1024;
    let viewer = TestViewer::with_limits(Limits {
        bytes,
        ..Limits::default()
    })
    .await;
    for trace in 1..=60 {
        // Keys that nothing shares, so that the shared parts fill up as well.
        let unique = |id: u64| {
            let span = with(
                span(trace, id),
                &format!("key.{trace}.{id}"),
                text(&"v".repeat(100)),
            );
            linking(span, trace.wrapping_add(1), id)
        };
        viewer
            .spans(&format!("service-{trace}"), (1..=5).map(unique).collect())
            .await;
        viewer
            .logs("gateway", vec![log(trace, 1, EPOCH, &"line ".repeat(20))])
            .await;
        let used = viewer.stat("bytes").await;
        assert!(
            used <= bytes as u64,
            "{used} of {bytes} bytes after trace {trace}"
        );
        assert!(viewer.has_trace(trace).await, "the newest trace is kept");
    }
    assert!(viewer.stat("evicted_traces").await > 0);
    assert!(viewer.stat("traces").await >= 5, "more than a handful fits");
}

#[tokio::test]
async fn what_goes_for_the_byte_limit_is_the_oldest_trace_and_all_of_it() {
    let bytes = 64 * 1024;
    let viewer = TestViewer::with_limits(Limits {
        bytes,
        ..Limits::default()
    })
    .await;
    for trace in 1..=120 {
        // From two services, as the parts of a trace come.
        let taken = linking(child(trace, 3, 2), trace - 1, 2);
        viewer
            .spans("gateway", vec![span(trace, 1), child(trace, 2, 1)])
            .await;
        viewer.spans("fulfillment", vec![taken]).await;
        viewer
            .logs("gateway", vec![log(trace, 1, EPOCH, "a line")])
            .await;
        assert!(viewer.stat("bytes").await <= bytes as u64);
    }
    let stats = viewer.json("/api/stats").await;
    let kept = stats["traces"].as_u64().unwrap();
    assert!((10..110).contains(&kept), "{kept} traces");
    assert_eq!(stats["evicted_traces"], 120 - kept);
    assert_eq!(
        (&stats["spans"], &stats["logs"]),
        (&json!(kept * 3), &json!(kept))
    );
    for trace in 1..=120 {
        let expected = u64::from(trace) > 120 - kept;
        assert_eq!(viewer.has_trace(trace).await, expected, "trace {trace}");
        if expected {
            let spans = viewer.trace(trace).await["spans"].as_array().unwrap().len();
            assert_eq!(spans, 3, "trace {trace}");
        }
    }
}

#[tokio::test]
async fn over_the_span_limit_of_a_trace_spans_are_refused_and_the_trace_is_marked() {
    let limits = Limits {
        spans_per_trace: 2,
        ..Limits::default()
    };
    let viewer = TestViewer::with_limits(limits).await;
    let spans = vec![span(1, 1), span(1, 2), span(1, 3), span(2, 1)];
    let body = trace_request("gateway", spans).encode_to_vec();
    let response = viewer.post("/v1/traces", PROTOBUF, body).await;
    let response = ExportTraceServiceResponse::decode(response.bytes().await.unwrap()).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected_spans, 1);
    let trace = viewer.trace(1).await;
    assert_eq!(trace["spans"].as_array().unwrap().len(), 2);
    assert_eq!(trace["truncated"], true);
    assert_eq!(viewer.trace(2).await["truncated"], false);
}

#[tokio::test]
async fn a_huge_attribute_or_resource_is_refused_and_drives_no_other_trace_out() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    let huge = with(span(2, 1), "k", text(&"a".repeat(13 * 1024 * 1024)));
    viewer.spans("gateway", vec![huge]).await;
    assert!(viewer.has_trace(1).await && !viewer.has_trace(2).await);
    assert_eq!(viewer.stat("refused_spans").await, 1);
    viewer
        .spans(&"s".repeat(1024 * 1024), vec![span(3, 1)])
        .await;
    assert!(!viewer.has_trace(3).await);
    assert_eq!(viewer.stat("refused_spans").await, 2);
    assert_eq!(viewer.stat("evicted_traces").await, 0);
}

#[tokio::test]
async fn what_spans_share_is_counted_once() {
    let viewer = TestViewer::start().await;
    let wide = |id| {
        (0..100).fold(span(1, id), |span, key| {
            with(span, &format!("{key:0200}"), text(""))
        })
    };
    viewer.spans("gateway", vec![wide(1)]).await;
    let first = viewer.stat("bytes").await;
    assert!(first > 100 * 200, "{first} bytes with the keys");
    viewer.spans("gateway", vec![wide(2)]).await;
    let second = viewer.stat("bytes").await - first;
    assert!(second < 100 * 200, "{second} more bytes without the keys");

    let long_name = "s".repeat(50_000);
    let before = viewer.stat("bytes").await;
    viewer.spans(&long_name, vec![span(1, 3)]).await;
    let with_resource = viewer.stat("bytes").await - before;
    assert!(
        with_resource > 50_000,
        "{with_resource} more bytes with the resource"
    );
    viewer.spans(&long_name, vec![span(1, 4)]).await;
    let same_again = viewer.stat("bytes").await - before - with_resource;
    assert!(
        same_again < 50_000,
        "{same_again} more bytes without the resource"
    );
}

#[tokio::test]
async fn limits_of_zero_keep_nothing_and_still_answer() {
    let limits = Limits {
        traces: 0,
        bytes: 0,
        spans_per_trace: 0,
    };
    let viewer = TestViewer::with_limits(limits).await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    let traces = Limits {
        traces: 0,
        ..Limits::default()
    };
    let without_traces = TestViewer::with_limits(traces).await;
    without_traces.spans("gateway", vec![span(1, 1)]).await;
    assert_eq!(viewer.stat("bytes").await, 0);
    assert_eq!(without_traces.stat("traces").await, 0);
}
