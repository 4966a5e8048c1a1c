//! Keys of a JSON log line: the same for every line. Its `fields` are the application's.

use super::Seen::{Always, When};
use super::{Entry, Seen, Type, What};

const fn key(name: &'static str, of: Type, seen: Seen, meaning: &'static str) -> Entry {
    Entry::ours(name, What::LineKey(of), seen, meaning)
}

pub(super) const LINES: &[Entry] = &[
    key(
        "timestamp",
        Type::Text,
        Always,
        "RFC 3339 in UTC, with microseconds",
    ),
    key(
        "level",
        Type::Text,
        Always,
        "`ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`",
    ),
    key(
        "service",
        Type::Text,
        Always,
        "as `service.name` of the Resource",
    ),
    key(
        "trace_id",
        Type::Text,
        Always,
        "the active span's trace, `-` outside of any span",
    ),
    key(
        "span_id",
        Type::Text,
        Always,
        "the active span, `-` outside of any span",
    ),
    key(
        "trace_flags",
        Type::Text,
        Always,
        "two hex digits, `01` and `03` are sampled; `-` outside of any span",
    ),
    key("target", Type::Text, Always, "the module that speaks"),
    key(
        "event",
        Type::Text,
        Always,
        "the name of a named event, which is on the span too",
    ),
    key("message", Type::Text, Always, "for people"),
    key(
        "fields",
        Type::Object,
        When("the line has fields"),
        "the line's fields, by name",
    ),
];
