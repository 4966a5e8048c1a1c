//! Every service has log lines under the trace id of its side, each of a span that is there.

use crate::config::Relation;
use crate::trace::{Log, Trace};
use crate::verify::check::{Failure, Trouble, Verdict};
use crate::verify::evidence::{Evidence, Side};
use crate::verify::names::{FULFILLMENT, GATEWAY, INVENTORY, PRICING};

pub(crate) fn checkout(evidence: &Evidence) -> Option<Verdict> {
    of_side(
        evidence.checkout_trace(),
        &evidence.checkout,
        [GATEWAY, PRICING],
    )
}

/// By [`Relation::Parent`] both sides are one trace, and so are their logs.
pub(crate) fn fulfillment(evidence: &Evidence) -> Option<Verdict> {
    let side = match evidence.relation {
        Relation::Link => &evidence.fulfillment,
        Relation::Parent => &evidence.checkout,
    };
    of_side(evidence.fulfillment_trace(), side, [FULFILLMENT, INVENTORY])
}

fn of_side(trace: Result<&Trace, Trouble>, side: &Side, services: [&str; 2]) -> Option<Verdict> {
    // A side that was never asked for has no trace to say why.
    match (trace, &side.logs) {
        (Ok(trace), Some(logs)) => Some(check(trace, logs, services)),
        (Ok(_), None) => None,
        (Err(trouble), _) => Some(Err(trouble)),
    }
}

fn check(trace: &Trace, logs: &[Log], services: [&str; 2]) -> Verdict {
    for service in services {
        if !logs.iter().any(|log| log.service == service) {
            return Err(Failure {
                what: format!("{service} has no log line under trace {}", trace.trace_id),
                expected: format!("log lines of {service} with trace_id {}", trace.trace_id),
                seen: format!("{} lines of other services", logs.len()),
                likely_cause: format!(
                    "{service}'s spans are in another trace, it logs outside of its spans, or does not export logs"
                ),
            }
            .into());
        }
    }
    let own = || {
        logs.iter()
            .filter(|log| services.contains(&log.service.as_str()))
    };
    if let Some(log) =
        own().find(|log| log.trace_id != trace.trace_id || trace.span(&log.span_id).is_none())
    {
        return Err(Failure {
            what: format!(
                "a log line of {} under trace {} has a span that is not there",
                log.service, trace.trace_id
            ),
            expected: format!("the span_id of a span of trace {}", trace.trace_id),
            seen: format!(
                "trace_id {}, span_id {}",
                log.trace_id,
                if log.span_id.is_empty() {
                    "none"
                } else {
                    &log.span_id
                }
            ),
            likely_cause:
                "the span was not exported yet, or the line was written after its span had ended"
                    .to_owned(),
        }
        .into());
    }
    Ok(format!(
        "{} lines of {}",
        own().count(),
        services.join(" and ")
    ))
}
