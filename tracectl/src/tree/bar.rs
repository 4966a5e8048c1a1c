//! When a span ran, as a bar on the time line of its trace.

use crate::trace::{Span, Trace};

/// The time from the first start to the last end of a trace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline {
    pub(crate) start: u64,
    end: u64,
}

impl Timeline {
    pub(crate) fn of(trace: &Trace) -> Self {
        let start = trace.spans.iter().map(|span| span.start_unix_nano).min();
        let end = trace.spans.iter().map(Span::end_unix_nano).max();
        Self {
            start: start.unwrap_or(0),
            end: end.unwrap_or(0),
        }
    }

    /// `width` characters; even the shortest span fills one of them.
    pub(crate) fn bar(&self, span: &Span, width: usize) -> String {
        if width == 0 {
            return String::new();
        }
        let from = self.cells(span.start_unix_nano, width).min(width - 1);
        let to = self
            .cells(span.end_unix_nano(), width)
            .clamp(from + 1, width);
        format!(
            "{}{}{}",
            " ".repeat(from),
            "█".repeat(to - from),
            " ".repeat(width - to)
        )
    }

    /// How many of `width` cells are over at `time`.
    fn cells(&self, time: u64, width: usize) -> usize {
        let total = u128::from(self.end.saturating_sub(self.start)).max(1);
        let since = u128::from(time.saturating_sub(self.start)).min(total);
        // At most `width`, so it fits.
        (since * width as u128 / total) as usize
    }
}
