//! Holds the dictionary against the names of the semantic conventions v1.44.0.

use std::path::Path;

use serde_json::{Value, json};
use shared_telemetry::names::{Entry, Source, Type, What};

const METRICS: &str = include_str!("metrics_v1.44.0.json");

/// Where the dictionary says something else than the conventions.
pub(crate) fn disagreements(dictionary: &[&Entry], root: &Path) -> Vec<String> {
    let file = root.join("tracectl/data/semconv_v1.44.0.json");
    let conventions: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut found = Vec::new();
    for entry in dictionary {
        let (What::Attribute(of)
        | What::EventAttribute(of)
        | What::Resource(of)
        | What::MetricAttribute(of)) = entry.what
        else {
            continue;
        };
        let name = entry.name;
        let theirs = conventions["attributes"][name].as_str();
        let given_up = !conventions["deprecated"][name].is_null();
        match (entry.source, theirs) {
            (Source::Ours, None) => {}
            (Source::Ours, Some(_)) => found.push(format!("{name} is theirs, not ours")),
            (_, None) => found.push(format!("{name} is not theirs")),
            (Source::Conventions, _) if given_up => found.push(format!("{name} is deprecated")),
            (Source::Deprecated, _) if !given_up => found.push(format!("{name} is not deprecated")),
            (_, Some(theirs)) if !same(of, theirs) => {
                found.push(format!("{name} is {theirs}, not {}", of.as_str()));
            }
            _ => {}
        }
    }
    found
}

/// Metrics that are not as the conventions have them: instrument, unit and attributes.
pub(crate) fn strange_metrics(dictionary: &[&Entry]) -> Vec<String> {
    let conventions: Value = serde_json::from_str(METRICS).unwrap();
    let mut found = Vec::new();
    for entry in dictionary {
        let What::Metric {
            instrument,
            unit,
            attributes,
        } = entry.what
        else {
            continue;
        };
        let (name, theirs) = (entry.name, &conventions["metrics"][entry.name]);
        match (entry.source, theirs.is_null()) {
            (Source::Ours, true) => continue,
            (Source::Ours, false) => found.push(format!("{name} is theirs, not ours")),
            (_, true) => found.push(format!("{name} is not theirs")),
            (_, false) => {
                let same = theirs["instrument"] == instrument.as_str() && theirs["unit"] == unit;
                if !same {
                    found.push(format!("{name} is {theirs}"));
                }
                let known = theirs["attributes"].as_array().unwrap();
                for key in attributes.iter().filter(|key| !known.contains(&json!(key))) {
                    found.push(format!("{name} has no {key}"));
                }
            }
        }
    }
    found
}

fn same(ours: Type, theirs: &str) -> bool {
    match ours {
        Type::Text => matches!(theirs, "string" | "enum"),
        // An enum may be one of numbers, as gRPC's codes were.
        Type::Int => matches!(theirs, "int" | "enum"),
        Type::Bool => theirs == "boolean",
        Type::Object => false,
    }
}
