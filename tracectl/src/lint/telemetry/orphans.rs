//! Spans whose parent nobody has.

use std::collections::HashSet;

use crate::lint::captured::Captured;
use crate::lint::finding::Findings;

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    let there: HashSet<(&str, &str)> = captured
        .spans
        .iter()
        .map(|span| (span.trace_id.as_str(), span.span_id.as_str()))
        .collect();
    for span in &captured.spans {
        if span.parent_id.is_empty() || span.parent_id.bytes().all(|byte| byte == b'0') {
            continue;
        }
        if !there.contains(&(span.trace_id.as_str(), span.parent_id.as_str())) {
            findings.add(
                "orphan",
                captured.title(span),
                span.ids()
                    .map(|ids| format!("{ids}, parent {}", span.parent_id)),
                "its parent is not in the capture: the parent was never ended, not sampled, not \
                 exported, or is a caller outside of what was captured",
                "end and export every span, sample by ParentBased everywhere, and capture the \
                 caller too",
            );
        }
    }
}
