//! What was recorded, trace by trace, for the end of a failure's message.

use std::fmt::Write as _;

use shared_telemetry::SpanId;
use shared_telemetry::testing::{SpanKind, SpanNode, TraceTree};

/// More lines than this tell less.
const MOST_SPANS: usize = 60;

/// Each trace as an indented tree, with ids, parents and links.
pub(crate) fn picture(recorded: &TraceTree) -> String {
    let spans: Vec<_> = recorded.spans().take(MOST_SPANS).collect();
    let mut traces: Vec<_> = Vec::new();
    for span in &spans {
        if !traces.contains(&span.trace_id()) {
            traces.push(span.trace_id());
        }
    }
    let mut text = String::new();
    for trace in traces {
        let _ = writeln!(text, "    trace {trace}");
        let members: Vec<_> = spans
            .iter()
            .filter(|span| span.trace_id() == trace)
            .copied()
            .collect();
        let is_top = |span: &SpanNode<'_>| !members.iter().any(|one| one.id() == span.parent_id());
        for top in members.iter().filter(|span| is_top(span)) {
            draw(&mut text, &members, *top, 3);
        }
    }
    if recorded.len() > MOST_SPANS {
        let _ = writeln!(text, "    … {} spans in all", recorded.len());
    }
    text
}

fn draw(text: &mut String, members: &[SpanNode<'_>], span: SpanNode<'_>, depth: usize) {
    let indent = "  ".repeat(depth);
    let _ = write!(text, "{indent}{} {}", told(span), span.id());
    if depth == 3 && span.parent_id() != SpanId::INVALID {
        let _ = write!(text, ", parent {} is not recorded", span.parent_id());
    }
    for (trace, linked) in span.links() {
        let _ = write!(text, ", link → {trace} {linked}");
    }
    text.push('\n');
    // Deeper than there are spans is a cycle.
    if depth > members.len() + 3 {
        return;
    }
    for child in members.iter().filter(|one| one.parent_id() == span.id()) {
        draw(text, members, *child, depth + 1);
    }
}

/// CLIENT `GET`.
pub(crate) fn told(span: SpanNode<'_>) -> String {
    format!("{} `{}`", upper(&span.kind()), span.name())
}

/// CLIENT.
pub(crate) fn upper(kind: &SpanKind) -> String {
    format!("{kind:?}").to_uppercase()
}
