//! One span's row: a table when the terminal is wide, two lines a span when it is not.

use super::bar::Timeline;
use super::nest::Row;
use super::paint::Paint;
use crate::terminal_text::{clip, column, duration, printable};
use crate::trace::{Span, StatusCode};

const KIND: usize = 8;
const STATUS: usize = 5;
const SPAN_ID: usize = 16;
const DURATION: usize = 9;
const GAPS: usize = 6;

/// Less than this shows no proportions.
const MIN_BAR: usize = 10;
const MAX_BAR: usize = 60;

/// Room for `inventory.v1.Inventory/ReserveStock` and its branch.
const ENOUGH_NAME: usize = 40;

pub(crate) struct Columns {
    width: usize,
    name: usize,
    service: usize,
    bar: usize,
    /// Too narrow for a table: the name has its own line.
    stacked: bool,
}

impl Columns {
    pub(crate) fn fit(spans: &[(&Row<'_>, &Span)], width: usize) -> Self {
        let count = |text: &str| printable(text).chars().count();
        let needed = spans
            .iter()
            .map(|(row, span)| row.branch.chars().count() + count(&span.name));
        let needed = needed.max().unwrap_or(0).max(10);
        let service = spans
            .iter()
            .map(|(_, span)| count(&span.service))
            .max()
            .unwrap_or(0)
            .min(16);
        let fixed = service + KIND + STATUS + SPAN_ID + DURATION + GAPS;
        if width < fixed + needed.min(ENOUGH_NAME) + MIN_BAR {
            return Self {
                width,
                name: width,
                service,
                bar: (width / 5).max(MIN_BAR),
                stacked: true,
            };
        }
        let name = needed.min(width - fixed - MIN_BAR);
        let bar = (width - fixed - name).min(MAX_BAR);
        Self {
            width,
            name,
            service,
            bar,
            stacked: false,
        }
    }

    /// The row's line or lines, each with its newline.
    pub(crate) fn lines(
        &self,
        row: &Row<'_>,
        span: &Span,
        timeline: Timeline,
        paint: &mut Paint,
    ) -> String {
        let name = format!("{}{}", row.branch, printable(&span.name));
        let bar = timeline.bar(span, self.bar);
        let bar = paint.service(&span.service, bar.trim_end());
        let service = printable(&span.service);
        let (kind, status) = (span.kind.as_str(), status_word(span.status.code));
        let (id, lasted) = (printable(&span.span_id), duration(span.duration_ns));
        if self.stacked {
            let head = clip(&name, self.name);
            // No status is the rule, and the room is scarce: only a status is told.
            let status = match span.status.code {
                StatusCode::Unset => String::new(),
                _ => format!("{status} "),
            };
            let facts = format!("{}{kind} {status}{id} {lasted} {service}", row.under);
            let facts = paint_status(&column(&facts, self.width - self.bar - 1), span, paint);
            return format!("{head}\n{facts} {bar}\n");
        }
        let name = column(&name, self.name);
        let service = paint.service(&span.service, &column(&service, self.service));
        let status = paint_status(&column(status, STATUS), span, paint);
        let line = format!(
            "{name} {service} {} {status} {} {lasted:>DURATION$} {bar}",
            column(kind, KIND),
            column(&id, SPAN_ID)
        );
        format!("{}\n", line.trim_end())
    }
}

fn paint_status(text: &str, span: &Span, paint: &Paint) -> String {
    match span.status.code {
        StatusCode::Error => paint.wrong(text),
        _ => text.to_owned(),
    }
}

const fn status_word(code: StatusCode) -> &'static str {
    match code {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "ERROR",
    }
}
