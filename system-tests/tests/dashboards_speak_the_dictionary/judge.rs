//! Holds the names in a query against what is known.

use std::collections::BTreeSet;

use shared_telemetry::names::What;

use crate::known::{Known, Labels};
use crate::queries::{Language, Query};
use crate::words::{Matcher, Piece, matcher, pieces};
use crate::{promql, values};

/// What TraceQL knows by itself.
const OF_TRACEQL: &[&str] = &[
    "status",
    "name",
    "kind",
    "error",
    "ok",
    "unset",
    "server",
    "client",
    "producer",
    "consumer",
    "internal",
    "traceDuration",
    "duration",
    "rootServiceName",
    "rootName",
    "rate",
    "by",
    "count_over_time",
    "select",
    "event:name",
    "link:traceID",
    "link:spanID",
    "trace:id",
    "span:id",
];

/// One sentence for each name that nobody knows.
pub(crate) fn strangers(known: &Known, query: &Query) -> Vec<String> {
    let found = match query.language {
        Language::Prom => of_metrics(known, query),
        Language::Log => of_lines(known, &query.text),
        Language::Trace => of_spans(known, &query.text),
    };
    let place = &query.place;
    found
        .iter()
        .map(|what| format!("{place}: {what}"))
        .collect()
}

fn of_metrics(known: &Known, query: &Query) -> Vec<String> {
    let names = promql::names(&query.text);
    let (mut found, mut labels) = (Vec::new(), BTreeSet::new());
    if names.metrics.is_empty() {
        found.push("asks for no metric".to_owned());
    }
    for (metric, matchers) in names.metrics {
        let Some(has) = known.metrics.get(metric) else {
            found.push(format!("no metric is called {metric:?}"));
            continue;
        };
        of_matchers(known, &matchers, metric, has, &mut found);
        labels.extend(has.iter().map(String::as_str));
    }
    let told = told(&query.told);
    for label in names.groupings.iter().chain(&told) {
        // Without a known metric its labels are not known either.
        if !labels.contains(label) && found.is_empty() {
            found.push(format!("none of its metrics has the label {label}"));
        }
    }
    found
}

fn of_lines(known: &Known, query: &str) -> Vec<String> {
    let pieces = pieces(query, "");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at += 1;
        match (piece, pieces.get(at)) {
            (Piece::Sign('{'), _) => {
                let matchers = promql::matchers(&pieces[at..], &mut at);
                of_matchers(
                    known,
                    &matchers,
                    "a stream of Loki",
                    &known.streams,
                    &mut found,
                );
            }
            (Piece::Sign('|'), Some(Piece::Word(word))) => match matcher(&pieces[at..]) {
                Some(one) => {
                    of_matchers(known, &[one], "a log line", &known.of_lines, &mut found);
                }
                None => found.push(format!("this test can't read the stage {word}")),
            },
            _ => {}
        }
    }
    found
}

fn of_spans(known: &Known, query: &str) -> Vec<String> {
    let pieces = pieces(query, ".:");
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Word(word) = piece else { continue };
        let here = match word.split_once('.') {
            Some(("resource", key)) => known.has(key, |what| matches!(what, What::Resource(_))),
            Some(("span", key)) => known.has(key, |what| matches!(what, What::Attribute(_))),
            Some(("event", key)) => known.has(key, |what| matches!(what, What::EventAttribute(_))),
            _ => OF_TRACEQL.contains(word),
        };
        if !here {
            found.push(format!("{word} is not in the dictionary"));
        }
        let label = match *word {
            "name" => "span_name",
            "resource.service.name" | "rootServiceName" => "service_name",
            "event:name" => "event_name",
            _ => continue,
        };
        let value = matcher(&pieces[at..]).and_then(|matcher| matcher.value);
        found.extend(value.and_then(|value| values::stranger(known, label, value)));
    }
    found
}

fn of_matchers(
    known: &Known,
    matchers: &[Matcher<'_>],
    what: &str,
    has: &Labels,
    found: &mut Vec<String>,
) {
    for &Matcher { label, value } in matchers {
        if !has.contains(label) {
            found.push(format!("{what} has no label {label}"));
        }
        found.extend(value.and_then(|value| values::stranger(known, label, value)));
    }
}

/// The labels in a legend or in what an alert says.
fn told(text: &str) -> Vec<&str> {
    let of_legend = text.split("{{").skip(1);
    let of_legend = of_legend.filter_map(|rest| Some(rest.split_once("}}")?.0.trim()));
    let of_legend = of_legend.filter(|label| !label.contains(['$', ' ']));
    let of_alert = text.split("$labels.").skip(1);
    let of_alert = of_alert.filter_map(|rest| {
        let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        rest.split(end).next()
    });
    of_legend.chain(of_alert).collect()
}
