//! The printed page: a heading and a tree for each trace.

use std::time::{Duration, UNIX_EPOCH};

use super::bar::Timeline;
use super::collect::{Because, Collected};
use super::columns::Columns;
use super::details;
use super::nest::{Node, Row, rows};
use super::paint::Paint;
use crate::config::Look;
use crate::terminal_text::{clip, duration, printable};
use crate::trace::Trace;

pub(crate) fn render(collected: &Collected, look: Look) -> String {
    let mut paint = Paint::new(look.colors);
    let first = &collected.first.trace;
    let mut page = heading("trace", first, None, look, &paint);
    page += &tree(first, look, &mut paint);
    for linked in &collected.linked {
        let trace = &linked.fetched.trace;
        page += "\n";
        page += &heading(
            "linked trace",
            trace,
            Some(first.start_unix_nano),
            look,
            &paint,
        );
        page += &because(&linked.because, look);
        page += &tree(trace, look, &mut paint);
    }
    if collected.left_out > 0 {
        page += &format!(
            "\n{} more linked traces are not shown\n",
            collected.left_out
        );
    }
    page
}

/// Ids are never cut: half an id leads nowhere.
fn because(because: &Because, look: Look) -> String {
    let (from, to) = (printable(&because.from), printable(&because.to));
    let fits = from.chars().count() + 1 + to.chars().count() <= look.width;
    format!("{from}{}{to}\n", if fits { " " } else { "\n  " })
}

/// Id, size and time of a trace, and what is wrong with it as a whole.
fn heading(what: &str, trace: &Trace, after: Option<u64>, look: Look, paint: &Paint) -> String {
    let start = match after.and_then(|first| trace.start_unix_nano.checked_sub(first)) {
        Some(later) => format!("starts {} later", duration(later)),
        None => {
            let time = UNIX_EPOCH + Duration::from_nanos(trace.start_unix_nano);
            humantime::format_rfc3339_millis(time).to_string()
        }
    };
    let plural = if trace.spans.len() == 1 { "" } else { "s" };
    let size = format!(
        "{} span{plural}, {}",
        trace.spans.len(),
        duration(trace.duration_ns)
    );
    let mut text = format!(
        "{}\n",
        paint.heading(&format!("{what} {}", printable(&trace.trace_id)))
    );
    text += &format!("{}\n", clip(&format!("{size}, {start}"), look.width));
    if trace.truncated {
        text += &format!(
            "{}\n",
            paint.wrong("the backend refused some spans of this trace")
        );
    }
    text
}

fn tree(trace: &Trace, look: Look, paint: &mut Paint) -> String {
    let rows = rows(trace);
    let spans: Vec<_> = rows
        .iter()
        .filter_map(|row| match row.node {
            Node::Span(span) | Node::InCycle(span) => Some((row, span)),
            Node::MissingParent(_) => None,
        })
        .collect();
    let columns = Columns::fit(&spans, look.width);
    let timeline = Timeline::of(trace);
    let mut text = String::new();
    for row in &rows {
        let span = match row.node {
            Node::MissingParent(id) => {
                text += &missing(row, id, look, paint);
                continue;
            }
            Node::InCycle(span) => {
                let told = "⚠ parent cycle: the span below is its own ancestor";
                text += &format!("{}\n", paint.wrong(&clip(told, look.width)));
                span
            }
            Node::Span(span) => span,
        };
        text += &columns.lines(row, span, timeline, paint);
        text += &details::lines(trace, span, &row.under, look.width, paint);
    }
    text
}

/// The place where a span should be. Its id comes first, so that no width cuts it.
fn missing(row: &Row<'_>, id: &str, look: Look, paint: &Paint) -> String {
    let told = format!(
        "{}⚠ missing parent {}: no span of this trace has this id",
        row.branch,
        printable(id)
    );
    format!("{}\n", paint.wrong(&clip(&told, look.width)))
}
