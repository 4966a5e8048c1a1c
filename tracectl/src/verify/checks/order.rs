//! The order itself, and whether its traces are there at all.

use crate::trace::Trace;
use crate::verify::check::{Failure, Trouble, Verdict};
use crate::verify::evidence::Evidence;

/// The order got through.
pub(crate) fn reserved(evidence: &Evidence) -> Verdict {
    let order = &evidence.order;
    let state = order.state.as_deref().unwrap_or("unknown to the gateway");
    if state != "reserved" {
        return Err(Failure {
            what: format!(
                "order {} is {state} after {:.1} s",
                order.id,
                order.waited.as_secs_f64()
            ),
            expected: "state reserved".to_owned(),
            seen: format!("state {state}"),
            likely_cause: "fulfillment does not get the message, or inventory refuses the stock; \
                their logs say which"
                .to_owned(),
        }
        .into());
    }
    Ok(format!("{} is reserved", order.id))
}

/// The order is stored with the trace that its checkout was answered with.
pub(crate) fn stored(evidence: &Evidence) -> Verdict {
    let order = &evidence.order;
    if order.state.is_none() {
        return Err(Trouble::NotChecked(
            "the order is unknown to the gateway".to_owned(),
        ));
    }
    let stored = order.checkout_trace_id.as_deref().unwrap_or("none");
    if stored != order.trace_id {
        return Err(Failure {
            what: format!("order {} is stored with another checkout trace", order.id),
            expected: format!("checkout trace {}", order.trace_id),
            seen: format!("checkout trace {stored}"),
            likely_cause: "the trace id is not read from the message's own context".to_owned(),
        }
        .into());
    }
    Ok(format!("checkout trace {stored}"))
}

pub(crate) fn checkout_trace(evidence: &Evidence) -> Verdict {
    let trace = evidence.checkout.trace.as_ref();
    present(trace, Some(&evidence.order.trace_id), "gateway")
}

pub(crate) fn fulfillment_trace(evidence: &Evidence) -> Verdict {
    let id = evidence.order.fulfillment_trace_id.as_deref();
    present(evidence.fulfillment.trace.as_ref(), id, "fulfillment")
}

fn present(trace: Option<&Trace>, id: Option<&str>, service: &str) -> Verdict {
    match (trace, id) {
        (Some(trace), _) => Ok(format!("{} spans", trace.spans.len())),
        (None, Some(id)) => Err(Failure {
            what: format!("trace {id} is not in the backend"),
            expected: format!("spans of {service} in trace {id}"),
            seen: "no span".to_owned(),
            likely_cause: format!(
                "{service} exports to another place (OTEL_EXPORTER_OTLP_ENDPOINT), or did not sample the trace"
            ),
        }
        .into()),
        (None, None) => Err(Failure {
            what: "the order names no trace of fulfillment".to_owned(),
            expected: "a fulfillment trace id on the order".to_owned(),
            seen: "none".to_owned(),
            likely_cause: "fulfillment has not processed the order".to_owned(),
        }
        .into()),
    }
}
