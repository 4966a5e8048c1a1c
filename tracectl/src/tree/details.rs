//! What stands below a span: its error, its events, its links in both directions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::paint::Paint;
use crate::terminal_text::{clip, duration, printable};
use crate::trace::{BackLink, Event, Span, StatusCode, Trace};

/// The lines of one span, each starting with `under`, each with its newline.
pub(crate) fn lines(
    trace: &Trace,
    span: &Span,
    under: &str,
    width: usize,
    paint: &Paint,
) -> String {
    let mut text = String::new();
    if span.status.code == StatusCode::Error && !span.status.message.is_empty() {
        let message = first_line(&span.status.message);
        text += &format!(
            "{}\n",
            paint.wrong(&clip(&format!("{under}✗ {message}"), width))
        );
    }
    for event in &span.events {
        let line = clip(&format!("{under}• {}", event_line(span, event)), width);
        text += &format!("{}\n", paint.aside(&line));
    }
    for link in &span.links {
        let found = if link.found {
            ""
        } else {
            " (not in the backend)"
        };
        let target = format!(
            "trace {} span {}{found}",
            printable(&link.trace_id),
            printable(&link.span_id)
        );
        text += &link_lines(under, "→ to", "", &target, width);
    }
    for back in trace
        .linked_from
        .iter()
        .filter(|back| back.to_span_id == span.span_id)
    {
        text += &back_link_lines(under, back, width);
    }
    text
}

fn event_line(span: &Span, event: &Event) -> String {
    let since = match event.time_unix_nano.checked_sub(span.start_unix_nano) {
        Some(since) => format!("+{}", duration(since)),
        None => "before the span".to_owned(),
    };
    format!(
        "{} {since}{}",
        printable(&event.name),
        attributes(&event.attributes)
    )
}

fn attributes(attributes: &BTreeMap<String, Value>) -> String {
    let pair = |(key, value): (&String, &Value)| match value {
        Value::String(text) => format!("  {}={}", printable(key), first_line(text)),
        other => format!("  {}={}", printable(key), printable(&other.to_string())),
    };
    attributes.iter().map(pair).collect()
}

/// A stack trace has hundreds; the rest is in `--json`.
fn first_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = printable(lines.next().unwrap_or_default());
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first
    }
}

fn back_link_lines(under: &str, back: &BackLink, width: usize) -> String {
    let who = printable(&format!(
        "{} {} `{}`",
        back.service,
        back.kind.as_str(),
        back.name
    ));
    let source = format!(
        "trace {} span {}",
        printable(&back.trace_id),
        printable(&back.span_id)
    );
    link_lines(under, "← linked from", &who, &source, width)
}

/// One line if it fits. Ids are never cut: half an id leads nowhere.
fn link_lines(under: &str, arrow: &str, who: &str, ids: &str, width: usize) -> String {
    let head = if who.is_empty() {
        format!("{under}{arrow}")
    } else {
        format!("{under}{arrow} {who}")
    };
    let line = format!("{head} {ids}");
    if line.chars().count() <= width {
        return format!("{line}\n");
    }
    format!("{}\n{under}  {ids}\n", clip(&head, width))
}
