//! Values that have a name of ours in them: services, spans, kinds, states.

use shared_telemetry::names::{SpanKind, What};

use crate::known::Known;

const SERVICES: [&str; 6] = [
    "gateway",
    "pricing",
    "fulfillment",
    "inventory",
    "fraud",
    "storefront",
];
const KINDS: [SpanKind; 5] = [
    SpanKind::Internal,
    SpanKind::Server,
    SpanKind::Client,
    SpanKind::Producer,
    SpanKind::Consumer,
];
const STATES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// What is wrong with one of the values that a label is compared with.
pub(crate) fn stranger(known: &Known, label: &str, value: &str) -> Option<String> {
    let is_there: Box<dyn Fn(&str) -> bool> = match label {
        "service_name" => Box::new(|one| SERVICES.contains(&one)),
        "span_kind" => Box::new(|one| {
            let of = |kind: &SpanKind| format!("SPAN_KIND_{kind:?}").to_uppercase();
            KINDS.iter().any(|kind| of(kind) == one)
        }),
        "status_code" => Box::new(|one| STATES.contains(&one)),
        "span_name" => Box::new(|one| is_span(known, one)),
        "event_name" => Box::new(|one| known.has(one, |what| matches!(what, What::Event { .. }))),
        _ => return None,
    };
    let all = meant(value);
    let wrong = all.iter().find(|one| !is_there(one))?;
    Some(format!("no {label} is {wrong:?}"))
}

/// The texts that a regular expression of alternatives stands for: `(a|b) c` is `a c` and `b c`.
/// A variable of Grafana stands for any.
fn meant(value: &str) -> Vec<String> {
    if value.is_empty() || value.contains('$') {
        return Vec::new();
    }
    let Some((before, rest)) = value.split_once('(') else {
        return value.split('|').map(str::to_owned).collect();
    };
    let (inside, after) = rest.split_once(')').expect("a closed bracket");
    let all = inside.split('|');
    all.flat_map(|one| meant(&format!("{before}{one}{after}")))
        .collect()
}

/// Whether a span of the dictionary may be called so.
fn is_span(known: &Known, name: &str) -> bool {
    let mut spans = known.dictionary.iter();
    spans.any(|entry| matches!(entry.what, What::Span { .. }) && fits(entry.name, name))
}

/// Whether `name` is the pattern with plausible values of the attributes in it.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern == name;
    };
    let (key, after) = rest.split_once('}').expect("a pattern closes its braces");
    let Some(name) = name.strip_prefix(before) else {
        return false;
    };
    // One attribute is left: it has the rest. Of two, the first has no space in it.
    let value = if after.is_empty() {
        name
    } else {
        name.split(' ').next().unwrap_or_default()
    };
    is_value(key, value) && fits(after, &name[value.len()..])
}

fn is_value(key: &str, value: &str) -> bool {
    let upper = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase());
    match key {
        "messaging.destination.name" => [
            contracts::topics::ORDER_CREATED,
            contracts::topics::ORDER_CREATED_DLQ,
        ]
        .contains(&value),
        "http.request.method" => upper(value),
        "http.route" => value.starts_with('/'),
        "rpc.method" => value.split_once('/').is_some_and(|(service, method)| {
            service.contains('.') && !method.is_empty() && !value.contains(' ')
        }),
        "db.query.summary" => value.split_once(' ').is_some_and(|(verb, table)| {
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&verb) && !table.is_empty()
        }),
        key => panic!("say here what the values of {key} in a span's name look like"),
    }
}
