//! Traces of every kind that the sampler tells apart, and what the collector counts of them.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::load::{in_share, randomness};
use crate::stack::{Backends, Stack};
use crate::telemetry::{all, attribute, before, span, text, told, trace_id, traces};

/// Kinds of traces, and how many of each.
pub(crate) const KINDS: [(&str, usize); 7] = [
    ("an error", 40),
    ("slow", 30),
    ("forced", 20),
    ("a probe", 40),
    ("an error in asking for a health", 10),
    ("a checkout", 400),
    ("ordinary", 600),
];

/// Whether a trace of that kind must be kept, when a share of so many percent is.
pub(crate) fn kept(kind: &str, trace: &str, percent: f64) -> bool {
    match kind {
        "a probe" => false,
        "a checkout" | "ordinary" => in_share(randomness(trace), percent),
        _ => true,
    }
}

/// A root in the gateway and a child in pricing.
fn trace_of(kind: &str, trace: &str) -> [Value; 2] {
    let mut root = span(trace, 1, "GET /items");
    let mut child = span(trace, 2, "SELECT items");
    let one = |key: &str, value: &Value| json!([attribute(key, value)]);
    let failed = json!({ "code": 2, "message": "no stock" });
    match kind {
        "an error" => child["status"] = failed,
        "slow" => root["startTimeUnixNano"] = before(900).into(),
        "forced" => child["traceState"] = "ot=rv:ffffffffffffff".into(),
        "a probe" => {
            root["attributes"] = one("url.path", &text("/healthz"));
            child["status"] = failed;
        }
        "an error in asking for a health" => {
            child["attributes"] = one("url.path", &text("/healthz"));
            child["status"] = failed;
        }
        "a checkout" => root["attributes"] = one("http.route", &text("/checkout")),
        _ => {}
    }
    [root, child]
}

/// Sends them all, and gives each trace's kind.
pub(crate) async fn send(stack: &Stack) -> HashMap<String, &'static str> {
    let mut kind_of = HashMap::new();
    let [mut roots, mut children] = [Vec::new(), Vec::new()];
    for (kind, count) in KINDS {
        for _ in 0..count {
            let trace = trace_id(kind_of.len().try_into().unwrap());
            let [root, child] = trace_of(kind, &trace);
            roots.push(root);
            children.push(child);
            kind_of.insert(trace, kind);
        }
    }
    // As many processes as a shop has: each sends its own spans, and the gateway is there twice.
    stack
        .send("traces", &traces("pricing", "c", &children))
        .await;
    let (some, others) = roots.split_at(roots.len() / 2);
    stack.send("traces", &traces("gateway", "a", some)).await;
    stack.send("traces", &traces("gateway", "b", others)).await;
    kind_of
}

fn metrics_of(requests: &[Value]) -> Vec<&Value> {
    all(requests, &["resourceMetrics", "scopeMetrics", "metrics"])
}

/// How many spans the metrics count for each service, each series by its last word.
pub(crate) fn calls(backends: &Backends) -> HashMap<String, usize> {
    let requests = backends.requests("prometheus");
    let mut series = HashMap::new();
    for metric in metrics_of(&requests) {
        if metric["name"] != "traces.span.metrics.calls" {
            continue;
        }
        for point in all(std::slice::from_ref(metric), &["sum", "dataPoints"]) {
            let count: usize = point["asInt"].as_str().unwrap().parse().unwrap();
            let service = told(point, "service.name").unwrap().to_owned();
            series.insert(point["attributes"].to_string(), (service, count));
        }
    }
    let mut calls = HashMap::new();
    for (service, count) in series.into_values() {
        *calls.entry(service).or_default() += count;
    }
    calls
}

/// The traces that exemplars lead to.
pub(crate) fn exemplars(requests: &[Value]) -> HashSet<String> {
    let mut found = HashSet::new();
    for metric in metrics_of(requests) {
        for kind in ["sum", "histogram"] {
            let path = [kind, "dataPoints", "exemplars"];
            for exemplar in all(std::slice::from_ref(metric), &path) {
                found.insert(exemplar["traceId"].as_str().unwrap().to_owned());
            }
        }
    }
    found
}
