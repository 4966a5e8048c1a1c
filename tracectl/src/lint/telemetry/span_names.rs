//! Span names that hold ids or values: each makes a name of its own, and nothing can be grouped.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::captured::{Captured, Span};
use crate::lint::finding::Findings;
use crate::trace::Kind;

/// So many names of one sort make nobody suspicious.
const FEW: usize = 20;

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    let mut sorts: BTreeMap<(&str, &str, &str), Sort<'_>> = BTreeMap::new();
    for span in &captured.spans {
        if let Some(what) = value_in(span) {
            findings.add(
                "value-in-span-name",
                place(captured, span),
                span.ids(),
                format!("its name has {what}: every value makes a name of its own"),
                "put the value into an attribute, and name the span after the operation",
            );
        } else if !is_template(span) {
            let first = span.name.split([' ', '/', ':']).next().unwrap_or_default();
            let service = captured.service(span.resource);
            let sort = sorts
                .entry((service, span.kind.as_str(), first))
                .or_default();
            sort.spans += 1;
            sort.names.insert(&span.name);
        }
    }
    for ((service, kind, first), sort) in sorts {
        if sort.names.len() > FEW && sort.names.len() * 2 > sort.spans {
            let shown: Vec<_> = sort.names.iter().take(3).copied().collect();
            findings.add(
                "high-cardinality-names",
                format!("{kind} spans of {service} whose names begin with `{first}`"),
                None,
                format!("{} names on {} spans", sort.names.len(), sort.spans),
                format!(
                    "find what differs ({}, …), and put it into an attribute",
                    shown.join(", ")
                ),
            );
        }
    }
}

#[derive(Default)]
struct Sort<'c> {
    spans: usize,
    names: BTreeSet<&'c str>,
}

/// The name is made of the span's own attributes of low cardinality.
fn is_template(span: &Span) -> bool {
    [
        "http.route",
        "rpc.method",
        "db.query.summary",
        "messaging.destination.name",
    ]
    .iter()
    .filter_map(|key| span.text(key))
    .any(|value| !value.is_empty() && span.name.ends_with(value))
}

/// Without the value, so that the findings of one operation are one.
fn place(captured: &Captured, span: &Span) -> String {
    let service = captured.service(span.resource);
    format!(
        "{service} {} `{}`",
        span.kind.as_str(),
        collapsed(&span.name)
    )
}

/// The name with `…` for each word that holds a digit or an e-mail address.
fn collapsed(name: &str) -> String {
    let mut text = String::new();
    for piece in name.split_inclusive([' ', '/', '?', '=', '&', ',', ':']) {
        let word = piece.trim_end_matches([' ', '/', '?', '=', '&', ',', ':']);
        if word.contains(|c: char| c.is_ascii_digit() || c == '@') {
            text.push('…');
            text.push_str(&piece[word.len()..]);
        } else {
            text.push_str(piece);
        }
    }
    text
}

fn value_in(span: &Span) -> Option<&'static str> {
    let name = &span.name;
    if name.contains('@') {
        return Some("an e-mail address");
    }
    if name.contains('?') && name.contains('=') {
        return Some("a query");
    }
    if name.split(['\'', '"']).count() > 2 {
        return Some("a quoted value");
    }
    if name
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .any(is_id)
    {
        return Some("an id");
    }
    if name
        .split('/')
        .skip(1)
        .any(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some("a number in its path");
    }
    let unmatched = span.kind == Kind::Server && span.text("http.route").is_none();
    let path = span.text("url.path").or_else(|| span.text("http.target"));
    if unmatched && path.is_some_and(|path| path.len() > 1 && name.ends_with(path)) {
        return Some("the raw path, which no route bounds");
    }
    own_id(span).then_some("the value of an attribute that is an id")
}

/// A UUID, a long number, or hex of 16 digits and more.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let dense: String = word.chars().filter(|c| *c != '-').collect();
    let hex = dense.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && digits > 0 && dense.len() >= 16) || (digits >= 4 && digits == dense.len())
}

fn own_id(span: &Span) -> bool {
    let is_id = |key: &str| key.ends_with(".id") || key.ends_with(".uid") || key.ends_with("_id");
    span.attributes.iter().any(|(key, value)| {
        // A client's or partition's id is one of few.
        let few = key.ends_with("client.id") || key.ends_with("partition.id");
        is_id(key)
            && !few
            && value
                .text()
                .is_some_and(|value| value.len() >= 3 && span.name.contains(value))
    })
}
