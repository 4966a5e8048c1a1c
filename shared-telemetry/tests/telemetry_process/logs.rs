//! Log lines and OTLP log records: the same words, the same ids.

use crate::child::{Ended, Work, run};
use crate::collector::{Collector, attributes, hex, text};

#[tokio::test]
async fn a_log_line_has_the_ids_of_the_exported_span() {
    let collector = Collector::http().await;
    let ended = run(Work::Lines, &collector.environment(&[])).await;
    let span = collector.span("business");

    let line = ended.line("inside");
    assert_eq!(line["trace_id"], hex(&span.trace_id));
    assert_eq!(line["span_id"], hex(&span.span_id));
    assert!(Ended::is_sampled(&line), "{line}");
    assert_eq!(line["service"], "lamp");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["event"], "cache.miss");
    assert_eq!(line["fields"]["sku"], "TEAPOT-1");
}

#[tokio::test]
async fn outside_of_a_span_the_ids_are_dashes() {
    let collector = Collector::http().await;
    let ended = run(Work::Lines, &collector.environment(&[])).await;
    let line = ended.line("outside");
    for key in ["trace_id", "span_id", "trace_flags"] {
        assert_eq!(line[key], "-", "{line}");
    }
}

#[tokio::test]
async fn the_same_record_goes_out_by_otlp_with_the_same_ids() {
    let collector = Collector::http().await;
    run(Work::Lines, &collector.environment(&[])).await;
    let span = collector.span("business");

    let mut logs = collector.logs();
    logs.sort_by_key(|log| log.observed_time_unix_nano);
    let said: Vec<_> = logs.iter().map(|log| text(log.body.as_ref())).collect();
    assert_eq!(said, ["outside", "inside"]);
    assert_eq!(hex(&logs[0].trace_id), "");
    assert_eq!(logs[1].trace_id, span.trace_id);
    assert_eq!(logs[1].span_id, span.span_id);
    assert_eq!(attributes(&logs[1].attributes)["sku"], "TEAPOT-1");
    // A name is a class of events. A place in a source file is none.
    assert_eq!(
        [logs[0].event_name.as_str(), logs[1].event_name.as_str()],
        ["", "cache.miss"]
    );
}

#[tokio::test]
async fn the_log_level_is_no_filter_for_spans_and_their_events() {
    let collector = Collector::http().await;
    let environment = collector.environment(&[("RUST_LOG", "error")]);
    let ended = run(Work::Lines, &environment).await;
    assert_eq!(ended.lines().len(), 0);
    assert_eq!(collector.logs().len(), 0);

    let span = collector.span("business");
    let events: Vec<_> = span
        .events
        .iter()
        .map(|event| event.name.as_str())
        .collect();
    assert_eq!(events, ["cache.miss", "exception"]);
}

#[tokio::test]
async fn rust_log_may_ask_for_more() {
    let collector = Collector::http().await;
    let environment = collector.environment(&[("RUST_LOG", "debug")]);
    let ended = run(Work::Lines, &environment).await;
    assert_eq!(ended.line("too quiet")["level"], "DEBUG");
}

#[tokio::test]
async fn a_pretty_line_is_no_json() {
    let collector = Collector::http().await;
    let environment = collector.environment(&[("LOG_FORMAT", "pretty")]);
    let ended = run(Work::Lines, &environment).await;
    assert_eq!(ended.lines().len(), 0);
    assert_eq!(
        ended.said("inside sku=TEAPOT-1  trace_id=").len(),
        32 + " span_id=".len() + 16
    );
}

#[tokio::test]
async fn what_the_exporter_does_is_no_telemetry_even_when_it_is_asked_for() {
    let all = "trace,h2=trace,hyper=trace,hyper_util=trace,reqwest=trace,tonic=trace,tower=trace";
    for collector in [Collector::http().await, Collector::grpc().await] {
        let environment = collector.environment(&[("RUST_LOG", all)]);
        let ended = run(Work::Lines, &environment).await;
        assert_eq!(ended.stopped().0, "ok");
        let lines = ended.lines();
        let strange = lines.iter().find(|line| {
            let target = line["target"].as_str().expect("text");
            target != "telemetry_process::child" && !target.starts_with("opentelemetry")
        });
        assert_eq!(strange, None);
        assert_eq!(collector.spans().len(), 1);
    }
}
