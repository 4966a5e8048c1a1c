//! What must hold for a whole trace: one id a side, no orphan, nothing left out by sampling.

use std::collections::BTreeSet;

use crate::config::Relation;
use crate::trace::{Span, Trace};
use crate::verify::check::{Failure, Verdict};
use crate::verify::evidence::Evidence;
use crate::verify::names::{FRAUD_SERVICE, FULFILLMENT, GATEWAY, INVENTORY, PRICING};

const SAMPLED_FLAG: u32 = 1;

/// Each side of the queue is one trace, with exactly the services of that side.
pub(crate) fn sides(evidence: &Evidence) -> Verdict {
    let (checkout, fulfillment) = (evidence.checkout_trace()?, evidence.fulfillment_trace()?);
    match evidence.relation {
        Relation::Link => {
            services_are(evidence, checkout, &[GATEWAY, PRICING])?;
            services_are(evidence, fulfillment, &[FULFILLMENT, INVENTORY])?;
            Ok(format!(
                "{} before the queue, {} behind it",
                checkout.trace_id, fulfillment.trace_id
            ))
        }
        Relation::Parent => {
            services_are(
                evidence,
                checkout,
                &[FULFILLMENT, GATEWAY, INVENTORY, PRICING],
            )?;
            Ok(format!("{} on both sides", checkout.trace_id))
        }
    }
}

fn services_are(evidence: &Evidence, trace: &Trace, wanted: &[&str]) -> Result<(), Failure> {
    let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
    // The gateway may have a score from elsewhere; whether that hop is whole is its own check.
    let seen: BTreeSet<&str> = trace
        .spans
        .iter()
        .map(|span| span.service.as_str())
        .filter(|service| *service != FRAUD_SERVICE)
        .collect();
    if seen == wanted {
        return Ok(());
    }
    let list = |services: &BTreeSet<&str>| services.iter().copied().collect::<Vec<_>>().join(", ");
    let absent: Vec<_> = wanted.difference(&seen).copied().collect();
    let elsewhere = evidence
        .lost(|span| absent.contains(&span.service.as_str()))
        .next();
    let elsewhere = elsewhere.map_or_else(String::new, |lost| {
        format!(
            "; {} {} is in trace {}",
            lost.span.title(),
            lost.span.span_id,
            lost.trace.trace_id
        )
    });
    Err(Failure {
        what: format!(
            "trace {} does not have the services of its side",
            trace.trace_id
        ),
        expected: format!("spans of {}", list(&wanted)),
        seen: format!("spans of {}{elsewhere}", list(&seen)),
        likely_cause: "a hop above is broken, or a service was handed a context of the other side"
            .to_owned(),
    })
}

pub(crate) fn no_orphan(evidence: &Evidence) -> Verdict {
    evidence.checkout_trace()?;
    for trace in evidence.own_traces() {
        if let Some(orphan) = trace.missing_parents.first() {
            let title = trace
                .span(&orphan.span_id)
                .map_or_else(String::new, |span| format!(" ({})", span.title()));
            return Err(Failure {
                what: format!("span {}{title} of trace {} has a parent that is missing", orphan.span_id, trace.trace_id),
                expected: format!("a span {} in trace {}", orphan.parent_span_id, trace.trace_id),
                seen: format!("{} spans with a missing parent", trace.missing_parents.len()),
                likely_cause: "the parent was not sampled, not ended, or its process did not flush; or a caller \
                    outside sent its context"
                    .to_owned(),
            }
            .into());
        }
    }
    Ok("every parent is there".to_owned())
}

/// Who begins a trace decides on it: that others have spans of it and he has none is a decision
/// which was not followed.
fn not_half(trace: &Trace, begun_by: &str) -> Result<(), Failure> {
    let services: BTreeSet<&str> = trace
        .spans
        .iter()
        .map(|span| span.service.as_str())
        .collect();
    if services.is_empty() || services.contains(begun_by) {
        return Ok(());
    }
    let others = services.into_iter().collect::<Vec<_>>().join(", ");
    Err(Failure {
        what: format!(
            "trace {} is half a trace: {others} recorded it, {begun_by}, which began it, did not",
            trace.trace_id
        ),
        expected: format!("spans of {begun_by}, or none of anybody"),
        seen: format!("{} spans, all of {others}", trace.spans.len()),
        likely_cause: format!(
            "{begun_by} decided against the trace and {others} did not follow: parentbased_ is missing in \
             OTEL_TRACES_SAMPLER there; or {begun_by}'s spans were lost or exported to another place"
        ),
    })
}

pub(crate) fn sampled(evidence: &Evidence) -> Verdict {
    let checkout = evidence.checkout_trace()?;
    not_half(checkout, GATEWAY)?;
    if evidence.relation == Relation::Link
        && let Some(fulfillment) = &evidence.fulfillment.trace
    {
        not_half(fulfillment, FULFILLMENT)?;
    }
    for trace in evidence.own_traces() {
        if trace.truncated {
            return Err(Failure {
                what: format!("the backend refused spans of trace {}", trace.trace_id),
                expected: "all spans".to_owned(),
                seen: format!("{} spans, truncated", trace.spans.len()),
                likely_cause: "the backend's limit of spans per trace".to_owned(),
            }
            .into());
        }
        // Python's exporter leaves the W3C bits of a span's flags out.
        let unsampled = |span: &&Span| {
            let flags = span.flags.filter(|_| span.service != FRAUD_SERVICE);
            flags.is_some_and(|flags| flags & SAMPLED_FLAG == 0)
        };
        if let Some(span) = trace.spans.iter().find(unsampled) {
            return Err(Failure {
                what: format!(
                    "{} {} of trace {} is recorded but not sampled",
                    span.title(),
                    span.span_id,
                    trace.trace_id
                ),
                expected: "the sampled flag on every span".to_owned(),
                seen: format!("the flag is not set on {}", span.span_id),
                likely_cause: format!(
                    "{} does not follow its parent's decision (ParentBased)",
                    span.service
                ),
            }
            .into());
        }
    }
    let spans: usize = evidence.own_traces().map(|trace| trace.spans.len()).sum();
    Ok(format!("{spans} of {spans} spans"))
}
