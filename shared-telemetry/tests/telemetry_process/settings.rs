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
    let lines = ended.lines();
    let warnings: Vec<&str> = lines
        .iter()
        .filter(|line| line["level"] == "WARN")
        .filter_map(|line| line["message"].as_str())
        .collect();
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
}

#[tokio::test]
async fn long_values_are_cut_and_repeated_ones_are_the_last() {
    let limit = ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "6");
    let (collector, _) = with(&[limit]).await;
    let attributes = attributes(&collector.span("business").attributes);
    assert_eq!(attributes["note"], "a long");
    assert_eq!(attributes["step"], "second");
}
