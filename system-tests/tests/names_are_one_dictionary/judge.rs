//! Holds what was emitted against the dictionary, both ways.

use std::collections::BTreeSet;

use serde_json::Value;
use shared_telemetry::names::{Entry, Seen, Type, What};
use system_tests::Emitted;

/// Crates of this system; the lines of libraries have fields of their own.
const OURS: [&str; 10] = [
    "gateway",
    "pricing",
    "fulfillment",
    "inventory",
    "demo",
    "serving",
    "database",
    "shared_telemetry",
    "trace_viewer",
    "contracts",
];

/// What was emitted and is not in the dictionary, or not as it says.
pub(crate) fn strangers(dictionary: &[&Entry], emitted: &Emitted) -> Vec<String> {
    let mut found = BTreeSet::new();
    each(emitted, &mut |sight| match sight {
        Sight::Span(span) => {
            if let Err(why) = entry_of_span(dictionary, span) {
                found.insert(why);
            }
        }
        Sight::Name {
            sort,
            name,
            value,
            place,
        } => {
            let entry = dictionary
                .iter()
                .find(|entry| sort == sort_of(entry) && entry.name == name);
            match entry.map(|entry| &entry.what) {
                None => drop(found.insert(format!("{sort} {name} at {place}"))),
                Some(What::Event { always }) => {
                    for key in always.iter().filter(|key| value[**key].is_null()) {
                        found.insert(format!("event {name} at {place} lacks {key}"));
                    }
                }
                Some(what) if !has_type(what, value) => {
                    found.insert(format!(
                        "{sort} {name} at {place} is {value}, of another type"
                    ));
                }
                Some(_) => {}
            }
        }
    });
    found.into_iter().collect()
}

/// What the dictionary has as always there and nobody emitted.
pub(crate) fn unseen(dictionary: &[&Entry], emitted: &Emitted) -> Vec<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    each(emitted, &mut |sight| {
        seen.insert(match sight {
            Sight::Span(span) => match entry_of_span(dictionary, span) {
                Ok(entry) => title(entry),
                Err(_) => return,
            },
            Sight::Name { sort, name, .. } => format!("{sort} {name}"),
        });
    });
    // The viewer keeps no metrics, see `crate::metrics`.
    let kept =
        |entry: &&&Entry| !matches!(entry.what, What::Metric { .. } | What::MetricAttribute(_));
    let all = dictionary
        .iter()
        .filter(|entry| entry.seen == Seen::Always)
        .filter(kept);
    all.map(|entry| title(entry))
        .filter(|title| !seen.contains(title))
        .collect()
}

fn sort_of(entry: &Entry) -> &'static str {
    match entry.what {
        What::Span { .. } => "span",
        What::Attribute(_) => "attribute",
        What::Event { .. } => "event",
        What::EventAttribute(_) => "event attribute",
        What::Resource(_) => "resource attribute",
        What::LineKey(_) => "line key",
        What::LogField(_) => "log field",
        What::Metric { .. } => "metric",
        What::MetricAttribute(_) => "metric attribute",
    }
}

fn title(entry: &Entry) -> String {
    match &entry.what {
        What::Span { kind, .. } => format!("{kind:?} span {}", entry.name),
        _ => format!("{} {}", sort_of(entry), entry.name),
    }
}

fn has_type(what: &What, value: &Value) -> bool {
    match what {
        What::Attribute(of)
        | What::EventAttribute(of)
        | What::Resource(of)
        | What::LineKey(of)
        | What::LogField(of)
        | What::MetricAttribute(of) => match of {
            Type::Text => value.is_string(),
            Type::Int => value.is_i64(),
            Type::Bool => value.is_boolean(),
            Type::Object => value.is_object(),
        },
        What::Span { .. } | What::Event { .. } | What::Metric { .. } => true,
    }
}

/// The entry whose kind and pattern a span has, with all that it always has.
fn entry_of_span<'d>(dictionary: &[&'d Entry], span: &Value) -> Result<&'d Entry, String> {
    let (name, kind) = (
        span["name"].as_str().unwrap(),
        span["kind"].as_str().unwrap(),
    );
    let place = format!(
        "{kind} span {name} of {}",
        span["service"].as_str().unwrap()
    );
    let mut why = format!("{place} is not there");
    for entry in dictionary {
        let What::Span { kind: of, always } = &entry.what else {
            continue;
        };
        let same_kind = format!("{of:?}").eq_ignore_ascii_case(kind);
        if !same_kind || expanded(entry.name, &span["attributes"]) != name {
            continue;
        }
        match always
            .iter()
            .find(|key| span["attributes"][**key].is_null())
        {
            None => return Ok(entry),
            Some(key) => why = format!("{place} lacks {key}"),
        }
    }
    Err(why)
}

/// A pattern with a span's own attributes in it.
fn expanded(pattern: &str, attributes: &Value) -> String {
    let mut parts = pattern.split('{');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once('}').expect("a pattern closes its braces");
        name += attributes[key].as_str().unwrap_or("{}");
        name += rest;
    }
    name
}

enum Sight<'e> {
    Span(&'e Value),
    Name {
        sort: &'static str,
        name: &'e str,
        value: &'e Value,
        place: &'e str,
    },
}

/// Shows every name in what was emitted.
fn each<'e>(emitted: &'e Emitted, see: &mut impl FnMut(Sight<'e>)) {
    for trace in &emitted.traces {
        for resource in trace["resources"].as_array().unwrap() {
            each_key("resource attribute", resource, "a Resource", see);
        }
    }
    for span in emitted.spans() {
        let place = span["name"].as_str().unwrap();
        see(Sight::Span(span));
        each_key("attribute", &span["attributes"], place, see);
        for event in span["events"].as_array().unwrap() {
            let name = event["name"].as_str().unwrap();
            let value = &event["attributes"];
            see(Sight::Name {
                sort: "event",
                name,
                value,
                place,
            });
            each_key("event attribute", value, name, see);
        }
        for link in span["links"].as_array().unwrap() {
            each_key("link attribute", &link["attributes"], place, see);
        }
    }
    for log in &emitted.logs {
        // Without a name it may be a library's. Ours are seen as lines below, too.
        let event = log["event_name"].as_str().unwrap();
        if event.is_empty() {
            continue;
        }
        each_key("log field", &log["attributes"], event, see);
    }
    for line in &emitted.lines {
        let target = line["target"].as_str().unwrap_or_default();
        if OURS.contains(&target.split("::").next().unwrap_or_default()) {
            each_key("line key", line, target, see);
            each_key("log field", &line["fields"], target, see);
            if let Some(name) = line["event"].as_str() {
                let value = &line["fields"];
                see(Sight::Name {
                    sort: "event",
                    name,
                    value,
                    place: target,
                });
            }
        }
    }
}

fn each_key<'e>(
    sort: &'static str,
    object: &'e Value,
    place: &'e str,
    see: &mut impl FnMut(Sight<'e>),
) {
    for (name, value) in object.as_object().into_iter().flatten() {
        see(Sight::Name {
            sort,
            name,
            value,
            place,
        });
    }
}
