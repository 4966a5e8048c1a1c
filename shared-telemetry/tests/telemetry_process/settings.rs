//! What the standard variables do to a whole program.

use serde_json::Value;

use crate::child::{Ended, Work, run};
use crate::collector::{Collector, attributes, hex};

async fn with(variables: &[(&str, &str)]) -> (Collector, Ended) {
    let collector = Collector::http().await;
    let ended = run(Work::Lines, &collector.environment(variables)).await;
    (collector, ended)
}

#[tokio::test]
async fn a_bad_sampler_is_told_once_by_name_and_every_trace_is_kept() {
    let (collector, ended) = with(&[("OTEL_TRACES_SAMPLER", "sometimes")]).await;
    let warnings = ended.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("OTEL_TRACES_SAMPLER is \"sometimes\": expected always_on, "),
        "{warnings:?}"
    );
    collector.span("business");
}

#[tokio::test]
async fn good_settings_are_no_reason_for_a_warning() {
    let (_, ended) = with(&[("OTEL_TRACES_SAMPLER", "parentbased_always_on")]).await;
    let lines = ended.lines();
    assert!(
        lines.iter().all(|line| line["level"] == "INFO"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn always_off_sends_no_span_and_log_lines_have_ids_all_the_same() {
    let (collector, ended) = with(&[("OTEL_TRACES_SAMPLER", "always_off")]).await;
    assert_eq!(collector.spans().len(), 0);
    let line = ended.line("inside");
    assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{line}");
    assert!(!Ended::is_sampled(&line), "{line}");
}

#[tokio::test]
async fn the_name_of_the_environment_is_that_of_spans_and_lines() {
    for variable in [
        ("OTEL_SERVICE_NAME", "lantern"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=lantern"),
    ] {
        let (collector, ended) = with(&[variable]).await;
        assert_eq!(collector.resources()[0]["service.name"], "lantern");
        assert_eq!(ended.line("inside")["service"], "lantern", "{variable:?}");
    }
}

#[tokio::test]
async fn exporters_can_be_switched_off_one_by_one() {
    let (collector, ended) = with(&[("OTEL_TRACES_EXPORTER", "none")]).await;
    assert_eq!((collector.spans().len(), collector.logs().len()), (0, 2));
    let ids = hex(&collector.logs()[1].trace_id);
    assert_eq!(ended.line("inside")["trace_id"], Value::from(ids));

    let (collector, _) = with(&[("OTEL_LOGS_EXPORTER", "none")]).await;
    assert_eq!((collector.spans().len(), collector.logs().len()), (1, 0));
    assert!(!collector.metrics().is_empty());

    let (collector, _) = with(&[("OTEL_METRICS_EXPORTER", "none")]).await;
    assert_eq!((collector.spans().len(), collector.logs().len()), (1, 2));
    assert_eq!(collector.metrics().len(), 0);
}

#[tokio::test]
async fn long_values_are_cut_and_repeated_ones_are_the_last() {
    let limit = ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "6");
    let (collector, _) = with(&[limit]).await;
    let attributes = attributes(&collector.span("business").attributes);
    assert_eq!(attributes["note"], "a long");
    assert_eq!(attributes["step"], "second");
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_told_once_and_the_program_goes_on_without_export() {
    for endpoint in ["localhost:4318", "not a url", "ftp://localhost", "http://"] {
        let variable = ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        let ended = run(Work::Lines, &[variable]).await;
        assert_eq!(
            ended.warnings(),
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT is no URL such as http://localhost:4318: \
              what would go there is not exported"
            ],
            "{endpoint}"
        );
        assert_eq!(ended.stopped().0, "ok");
        let id = ended.line("inside")["trace_id"].clone();
        assert_eq!(id.as_str().map(str::len), Some(32), "{id}");
    }
}

#[tokio::test]
async fn one_bad_endpoint_leaves_the_other_signals_alone() {
    let (collector, ended) = with(&[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "nowhere")]).await;
    assert_eq!(ended.warnings().len(), 1, "{:?}", ended.warnings());
    assert_eq!((collector.spans().len(), collector.logs().len()), (1, 0));
    assert_eq!(ended.stopped().0, "ok");
}

#[tokio::test]
async fn strange_sizes_of_queues_and_a_strange_protocol_are_told_and_nothing_is_lost() {
    let (collector, ended) = with(&[
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "soon"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "-1"),
        ("OTEL_METRICS_EXPORTER", "console"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/xml"),
    ])
    .await;
    assert_eq!(
        ended.warnings(),
        [
            "OTEL_METRICS_EXPORTER is \"console\": expected otlp or none; using the default",
            "OTEL_METRIC_EXPORT_INTERVAL is \"-1\": expected a whole number from 0; using the default",
            "OTEL_EXPORTER_OTLP_PROTOCOL is \"http/xml\": expected grpc or http/protobuf; using the \
             default",
            "OTEL_BSP_MAX_QUEUE_SIZE is \"0\": expected a whole number from 1 to 1000000; using the \
             default",
            "OTEL_BLRP_SCHEDULE_DELAY is \"soon\": expected a whole number from 0; using the default",
        ]
    );
    assert_eq!(
        (collector.spans().len(), collector.logs().len()),
        (1, 2 + 5)
    );
    assert_eq!(ended.stopped().0, "ok");
}

#[tokio::test]
async fn spans_of_libraries_and_of_helpers_are_recorded_where_the_filter_names_them() {
    for (filter, names) in [
        ("", "order"),
        ("warn", ""),
        ("debug", "look_up order"),
        ("trace", "look_up order row"),
        ("trace,h2=trace", "frame look_up order row"),
        ("info,h2=trace", "frame order"),
        ("trace,lamp::rows=off,h2=debug", "look_up order"),
    ] {
        let collector = Collector::http().await;
        let variables = [("TELEMETRY_SPAN_FILTER", filter), ("RUST_LOG", "h2=trace")];
        run(Work::Chatter, &collector.environment(&variables)).await;
        let mut found: Vec<_> = collector
            .spans()
            .into_iter()
            .map(|span| span.name)
            .collect();
        found.sort();
        assert_eq!(found.join(" "), names, "{filter:?}");
    }
}

#[tokio::test]
async fn the_filter_of_spans_is_told_when_it_makes_no_sense() {
    let (_, ended) = with(&[("TELEMETRY_SPAN_FILTER", "h2=loud")]).await;
    assert_eq!(
        ended.warnings(),
        [
            "TELEMETRY_SPAN_FILTER is \"h2=loud\": expected a level, or target=level pairs between \
             commas; using the default"
        ]
    );
}
