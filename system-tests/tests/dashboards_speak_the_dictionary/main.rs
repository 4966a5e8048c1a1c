//! Dashboards, alerts and runbooks ask for what there is: every metric, label and value in a query
//! is one of the dictionary, of the collector, or of a rule; every alert has its page, every panel
//! its words. Whether a query has an answer, only a running stack can tell.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod judge;
mod known;
mod promql;
mod queries;
mod rules;
mod values;
mod words;
mod yaml;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared_telemetry::names::What;

use known::{Known, OF_PROGRAMS};
use queries::{Language, Query};

fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap().to_owned()
}

fn known() -> Known {
    let ours = contracts::telemetry::all();
    let dictionary = shared_telemetry::names::all().chain(ours).collect();
    let mut known = Known::read(&root(), dictionary);
    for (name, labels) in rules::read(&root()).recorded {
        known.metrics.entry(name).or_default().extend(labels);
    }
    known
}

#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn every_query_asks_for_names_that_there_are() {
    let known = known();
    let all = queries::all(&root());
    let found: Vec<_> = all
        .iter()
        .flat_map(|query| judge::strangers(&known, query))
        .collect();
    assert_none(&found, "a query asks for what nobody tells");
    // A reader that finds nothing finds nothing wrong.
    let of = |language| {
        all.iter()
            .filter(|query| query.language == language)
            .count()
    };
    let counts = [Language::Prom, Language::Log, Language::Trace].map(of);
    println!("queries of PromQL, LogQL, TraceQL: {counts:?}");
    assert!(
        counts[0] > 80 && counts[1] > 5 && counts[2] > 5,
        "{counts:?}"
    );
}

#[test]
fn what_an_alert_says_is_a_label_of_what_it_asks_for() {
    let mut known = known();
    let rules = rules::read(&root());
    for alert in &rules.alerts {
        let labels = alert.labels.iter().map(|(label, _)| label.clone());
        // An alert's own labels stand beside those of its answer.
        for labels_of_metric in known.metrics.values_mut() {
            labels_of_metric.extend(labels.clone());
        }
    }
    let all = rules.alerts.iter();
    let found: Vec<_> = all
        .flat_map(|alert| judge::strangers(&known, &alert.query))
        .collect();
    assert_none(&found, "an alert tells what it does not know");
}

#[test]
fn every_alert_has_a_severity_a_unit_test_and_a_page_that_names_it() {
    let alerts = rules::read(&root()).alerts;
    assert!(!alerts.is_empty());
    let tests = queries::files(&root().join("backends/prometheus/tests"), "yaml");
    let tests: String = tests
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let index = fs::read_to_string(root().join("runbooks/README.md")).unwrap();
    let mut found = Vec::new();
    for alert in &alerts {
        let name = &alert.name;
        let severity = alert.labels.iter().find(|(label, _)| label == "severity");
        let severity = severity.map(|(_, value)| value.as_str());
        if !matches!(severity, Some("page" | "ticket")) {
            found.push(format!("{name} has the severity {severity:?}"));
        }
        if !tests.contains(&format!("alertname: {name}\n")) {
            found.push(format!(
                "no test of backends/prometheus/tests sees {name} fire"
            ));
        }
        let Some(runbook) = &alert.runbook else {
            found.push(format!("{name} has no runbook_url"));
            continue;
        };
        match fs::read_to_string(root().join(runbook)) {
            Err(error) => found.push(format!("{name} leads to {runbook}: {error}")),
            Ok(page) if !page.contains(&format!("`{name}`")) => {
                found.push(format!("{runbook} does not speak of {name}"));
            }
            Ok(_) => {}
        }
        let file = runbook.rsplit('/').next().unwrap_or_default();
        let mut rows = index.lines();
        if !rows.any(|row| row.starts_with(&format!("| `{name}` |")) && row.contains(file)) {
            found.push(format!(
                "runbooks/README.md does not lead from {name} to {file}"
            ));
        }
    }
    let names: BTreeSet<_> = alerts.iter().map(|alert| alert.name.as_str()).collect();
    for row in index.lines().filter_map(|row| row.strip_prefix("| `")) {
        let name = row.split('`').next().unwrap_or_default();
        if !names.contains(name) {
            found.push(format!("runbooks/README.md has {name}, which is no alert"));
        }
    }
    assert_none(&found, "alerts and their runbooks");
}

#[test]
fn every_panel_says_what_to_make_of_it_and_asks_a_data_source_that_there_is() {
    let folder = root().join("backends/grafana/provisioning/datasources");
    let sources: String = queries::files(&folder, "yaml")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let uids: Vec<_> = yaml::values(&sources, "uid");
    let uids: BTreeSet<_> = uids.iter().map(|(_, uid)| uid.as_str()).collect();
    let boards = queries::dashboards(&root());
    assert_eq!(boards.len(), 4, "four dashboards");
    let mut found = Vec::new();
    for (file, board) in &boards {
        let panels = queries::panels(board);
        assert!(!panels.is_empty(), "{file} has no panel");
        for panel in panels {
            let word = |key: &str| panel[key].as_str().unwrap_or_default().trim();
            let (title, says) = (word("title"), word("description"));
            if title.is_empty() || says.is_empty() {
                found.push(format!("{file}: {title:?} has no title or no description"));
            }
            let targets = panel["targets"].as_array().into_iter().flatten();
            for source in targets
                .chain([panel])
                .map(|asks| &asks["datasource"]["uid"])
            {
                if !source.as_str().is_some_and(|uid| uids.contains(uid)) {
                    found.push(format!("{file}: {title} asks {source}, no data source"));
                }
            }
        }
    }
    assert_none(&found, "panels");
}

#[test]
fn what_grafana_makes_of_a_spans_attributes_are_labels_of_that_name() {
    let known = known();
    let path = "backends/grafana/provisioning/datasources/datasources.yaml";
    let text = fs::read_to_string(root().join(path)).unwrap();
    let tags = yaml::values(&text, "tags");
    assert!(!tags.is_empty());
    let mut found = Vec::new();
    for (line, tag) in tags {
        for pair in tag.split('{').skip(1) {
            let pair = yaml::map(&format!("{{{pair}"));
            let of = |key: &str| {
                pair.iter()
                    .find(|(name, _)| name == key)
                    .map(|(_, value)| value)
            };
            let (Some(key), Some(label)) = (of("key"), of("value")) else {
                found.push(format!("{path}:{line}: {pair:?}"));
                continue;
            };
            let is_resource = known.has(key, |what| matches!(what, What::Resource(_)));
            if !is_resource || known::underscores(key) != *label || !known.streams.contains(label) {
                found.push(format!("{path}:{line}: {key} as {label}"));
            }
        }
    }
    assert_none(&found, "tags of spans");
}

#[test]
fn of_the_programs_own_metrics_only_those_are_listed_that_somebody_asks_for() {
    let mut asked = BTreeSet::new();
    let all = queries::all(&root());
    for query in all.iter().filter(|query| query.language == Language::Prom) {
        let metrics = promql::names(&query.text).metrics;
        asked.extend(metrics.iter().map(|(name, _)| (*name).to_owned()));
    }
    let unasked = OF_PROGRAMS
        .iter()
        .filter(|(name, _)| !asked.contains(*name));
    let unasked: Vec<_> = unasked.map(|(name, _)| (*name).to_owned()).collect();
    assert_none(&unasked, "listed, and nobody asks for it");
}

/// A query with one wrong name, and a word of what is said of it.
const WRONG: &[(Language, &str, &str)] = &[
    (
        Language::Prom,
        "sum(rate(app_checkout_total[5m]))",
        "app_checkout_total",
    ),
    (Language::Prom, "app_checkouts", "app_checkouts"),
    (Language::Prom, r#"up{jobs="collector"}"#, "jobs"),
    (Language::Prom, r#"{job="collector"}"#, "\"\""),
    (
        Language::Prom,
        "sum by (outcome) (app_checkouts_total)",
        "outcome",
    ),
    (
        Language::Prom,
        "up == on (service_instance) up",
        "service_instance",
    ),
    (Language::Prom, "1 + 2", "no metric"),
    (
        Language::Prom,
        r#"app_orders_total{service_name="orders"}"#,
        "orders",
    ),
    (
        Language::Prom,
        r#"traces_sampled_calls_total{span_kind="SERVER"}"#,
        "SERVER",
    ),
    (
        Language::Prom,
        r#"traces_sampled_calls_total{status_code="ERROR"}"#,
        "ERROR",
    ),
    (
        Language::Prom,
        r#"traces_sampled_calls_total{span_name="proces order.created"}"#,
        "proces",
    ),
    (
        Language::Prom,
        r#"traces_sampled_calls_total{span_name=~"(get|POST) /checkout"}"#,
        "get",
    ),
    (
        Language::Prom,
        "traces_sampled_duration_bucket",
        "traces_sampled_duration_bucket",
    ),
    (Language::Log, r#"{trace_id="0"}"#, "trace_id"),
    (
        Language::Log,
        r#"{service_name="gateway"} | severity="ERROR""#,
        "severity",
    ),
    (
        Language::Log,
        r#"{service_name="gateway"} |= "x" | json"#,
        "json",
    ),
    (
        Language::Trace,
        "{ resource.service_name = \"gateway\" }",
        "service_name",
    ),
    (
        Language::Trace,
        "{ span.http.status_code2 = 503 }",
        "http.status_code2",
    ),
    (Language::Trace, "{ stat = error }", "stat"),
    (
        Language::Trace,
        "{ name = \"process orders\" }",
        "process orders",
    ),
];

#[test]
fn a_wrong_name_is_found_wherever_it_stands() {
    let known = known();
    for &(language, query, word) in WRONG {
        let query = Query::new("here".to_owned(), language, query.to_owned());
        let found = judge::strangers(&known, &query);
        let named = found.len() == 1 && found[0].contains(word);
        assert!(named, "{}: {found:?}", query.text);
    }
    let mut query = Query::new(
        "here".to_owned(),
        Language::Prom,
        "app_checkouts_total".to_owned(),
    );
    for told in ["{{outcome}}", "{{ $labels.outcome }} of {{ $value }}"] {
        query.told = told.to_owned();
        assert_eq!(judge::strangers(&known, &query).len(), 1, "{told}");
    }
}
