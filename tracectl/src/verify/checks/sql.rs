//! Statements stay inside the request or message that they are run for.

use crate::trace::{Kind, Span, Trace};
use crate::verify::check::{Failure, Trouble, Verdict};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::{INVENTORY, PRICING, QUOTE, RESERVE_STOCK};

/// Each quote of a coupon asks the database, whatever the cache has.
pub(crate) fn pricing(evidence: &Evidence) -> Verdict {
    entries_of(evidence, evidence.checkout.trace.as_ref(), PRICING, QUOTE)
}

pub(crate) fn inventory(evidence: &Evidence) -> Verdict {
    entries_of(
        evidence,
        evidence.fulfillment.trace.as_ref(),
        INVENTORY,
        RESERVE_STOCK,
    )
}

pub(crate) fn fulfillment(evidence: &Evidence) -> Verdict {
    let entries: Vec<_> = evidence.process().into_iter().collect();
    check(evidence, &entries, "fulfillment")
}

/// The service's SERVER spans, also where a broken hop has put them: that is another check's fault.
fn entries_of(
    evidence: &Evidence,
    home: Option<&Trace>,
    service: &'static str,
    name: &str,
) -> Verdict {
    let is_entry = |span: &Span| span.is(service, Kind::Server, name);
    let at_home = home.into_iter().flat_map(|trace| {
        trace
            .spans
            .iter()
            .filter(|span| is_entry(span))
            .map(move |span| Located { trace, span })
    });
    let mut entries: Vec<_> = at_home.collect();
    if entries.is_empty() {
        entries.extend(evidence.lost(is_entry));
    }
    check(evidence, &entries, service)
}

fn check(evidence: &Evidence, entries: &[Located<'_>], service: &'static str) -> Verdict {
    let Some(first) = entries.first() else {
        return Err(Trouble::NotChecked(format!(
            "{service} has no span to look below"
        )));
    };
    let is_entry = |span: &Span| span.is(service, first.span.kind, &first.span.name);
    for entry in entries {
        let trace = entry.trace;
        let mut statements = trace
            .spans
            .iter()
            .filter(|span| is_statement(span, service));
        let outside = statements.find(|statement| {
            !trace
                .spans
                .iter()
                .any(|span| is_entry(span) && trace.is_below(statement, span))
        });
        if let Some(statement) = outside {
            return Err(detached(
                *entry,
                Located {
                    trace,
                    span: statement,
                },
                service,
            )
            .into());
        }
    }
    let below = |entry: &Located<'_>| {
        entry
            .trace
            .below(entry.span)
            .filter(|span| is_statement(span, service))
            .count()
    };
    if let Some(bare) = entries.iter().find(|entry| below(entry) == 0) {
        let lost = evidence.lost(|span| is_statement(span, service)).next();
        return Err(lost
            .map_or_else(
                || none(*bare, service),
                |lost| detached(*bare, lost, service),
            )
            .into());
    }
    let statements: usize = entries.iter().map(below).sum();
    Ok(format!(
        "{statements} statements, each below its {} span",
        first.span.kind.as_str()
    ))
}

fn is_statement(span: &Span, service: &str) -> bool {
    span.service == service
        && span.kind == Kind::Client
        && span.attributes.keys().any(|key| key.starts_with("db."))
}

fn detached(entry: Located<'_>, statement: Located<'_>, service: &str) -> Failure {
    let span = statement.span;
    let parent = match (&span.parent_span_id, statement.trace.parent(span)) {
        (_, Some(parent)) => format!("parent {} ({})", parent.span_id, parent.title()),
        (Some(missing), None) => format!("parent {missing}, which no span of the trace is"),
        (None, None) => "no parent".to_owned(),
    };
    Failure {
        what: format!(
            "{service}'s statement `{}` {} is outside its request, in trace {}",
            span.name, span.span_id, statement.trace.trace_id
        ),
        expected: format!(
            "a place below {} ({}) in trace {}",
            entry.span.span_id,
            entry.span.title(),
            entry.trace.trace_id
        ),
        seen: format!("{} with {parent}", span.span_id),
        likely_cause: "the statement runs on a task or thread that was started without the context"
            .to_owned(),
    }
}

fn none(entry: Located<'_>, service: &str) -> Failure {
    Failure {
        what: format!(
            "{service} has no statement below {} ({}) in trace {}",
            entry.span.span_id,
            entry.span.title(),
            entry.trace.trace_id
        ),
        expected: format!(
            "a CLIENT span with db.system.name below {}",
            entry.span.span_id
        ),
        seen: "no such span".to_owned(),
        likely_cause: format!(
            "{service} runs its statements past the SQL boundary of shared-telemetry"
        ),
    }
}
