//! The expected spans between the hops: their places and kinds.

use crate::trace::{Kind, Span, Trace};
use crate::verify::check::{Failure, Trouble, Verdict};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::{
    BUSINESS, CHECKOUT, FRAUD, FULFILLMENT, GATEWAY, GET, INVENTORY, PROCESS, RESERVE,
    RESERVE_STOCK, SEND, STEP,
};

/// A span that must be there.
struct Wanted {
    service: &'static str,
    name: &'static str,
    kind: Kind,
}

const BELOW_BUSINESS: [Wanted; 3] = [
    Wanted {
        service: GATEWAY,
        name: GET,
        kind: Kind::Client,
    },
    Wanted {
        service: GATEWAY,
        name: FRAUD,
        kind: Kind::Internal,
    },
    Wanted {
        service: GATEWAY,
        name: SEND,
        kind: Kind::Producer,
    },
];

/// `POST /checkout` > `business.checkout` > the calls, the score and the message.
pub(crate) fn checkout(evidence: &Evidence) -> Verdict {
    let trace = evidence.checkout_trace()?;
    let server = Wanted {
        service: GATEWAY,
        name: CHECKOUT,
        kind: Kind::Server,
    }
    .find(trace, None)?;
    let business = Wanted {
        service: GATEWAY,
        name: BUSINESS,
        kind: Kind::Internal,
    }
    .find(trace, Some(server))?;
    for wanted in &BELOW_BUSINESS {
        wanted.find(trace, Some(business))?;
    }
    Ok(format!(
        "`{CHECKOUT}` > `{BUSINESS}` > `{GET}`, `{FRAUD}`, `{SEND}`"
    ))
}

/// `process order.created` > the call; the call's server > `reserve_inventory`, wherever it is.
pub(crate) fn fulfillment(evidence: &Evidence) -> Verdict {
    let trace = evidence.fulfillment_trace()?;
    // By its own id: other orders of the batch have spans of the same names.
    match evidence.process() {
        Some(process) => {
            Wanted {
                service: FULFILLMENT,
                name: RESERVE_STOCK,
                kind: Kind::Client,
            }
            .find(process.trace, Some(process.span))?;
        }
        None => {
            Wanted {
                service: FULFILLMENT,
                name: PROCESS,
                kind: Kind::Consumer,
            }
            .find(trace, None)?;
        }
    }
    let is_server = |span: &Span| span.is(INVENTORY, Kind::Server, RESERVE_STOCK);
    let at_home = trace
        .spans
        .iter()
        .find(|span| is_server(span))
        .map(|span| Located { trace, span });
    let lost = || evidence.lost(is_server).next();
    let Some(server) = at_home.or_else(lost) else {
        return Err(Trouble::NotChecked(format!(
            "inventory has no SERVER span `{RESERVE_STOCK}`"
        )));
    };
    Wanted {
        service: INVENTORY,
        name: RESERVE,
        kind: Kind::Internal,
    }
    .find(server.trace, Some(server.span))?;
    Ok(format!("`{PROCESS}` > `{RESERVE_STOCK}` > `{RESERVE}`"))
}

/// `checkout.step` is on the business span, and nobody else took it.
pub(crate) fn step(evidence: &Evidence) -> Verdict {
    let trace = evidence.checkout_trace()?;
    let business = trace
        .spans
        .iter()
        .find(|span| span.service == GATEWAY && span.name == BUSINESS);
    let Some(business) = business else {
        return Err(Trouble::NotChecked(format!(
            "there is no span `{BUSINESS}`"
        )));
    };
    let expected = format!(
        "{STEP} on {} ({}) alone",
        business.span_id,
        business.title()
    );
    if !business.attributes.contains_key(STEP) {
        return Err(Failure {
            what: format!(
                "`{BUSINESS}` {} does not have the attribute {STEP}",
                business.span_id
            ),
            expected,
            seen: "no such attribute".to_owned(),
            likely_cause: "the attribute is set before the span is the active one".to_owned(),
        }
        .into());
    }
    let mut spans = evidence.own_traces().flat_map(|trace| &trace.spans);
    let taken =
        spans.find(|span| span.attributes.contains_key(STEP) && span.span_id != business.span_id);
    match taken {
        None => Ok(format!("on `{BUSINESS}` alone")),
        Some(other) => Err(Failure {
            what: format!(
                "{} {} has the attribute {STEP}, too",
                other.title(),
                other.span_id
            ),
            expected,
            seen: format!("{STEP} on {}, too", other.span_id),
            likely_cause:
                "the attribute is set on whatever span is active, not on the business span"
                    .to_owned(),
        }
        .into()),
    }
}

impl Wanted {
    /// The span in its place, or what stands in the way.
    fn find<'a>(&self, trace: &'a Trace, above: Option<&Span>) -> Result<&'a Span, Failure> {
        let named = trace
            .spans
            .iter()
            .filter(|span| span.service == self.service && span.name == self.name);
        let mut candidates: Vec<&Span> = named.collect();
        // The best first, so that the failure tells of the nearest miss.
        candidates.sort_by_key(|span| {
            (
                !self.is_in_place(trace, span, above),
                span.kind != self.kind,
            )
        });
        let title = format!("{} {} `{}`", self.service, self.kind.as_str(), self.name);
        let place = above.map_or_else(
            || "the root".to_owned(),
            |above| format!("below {} ({})", above.span_id, above.title()),
        );
        let failure = |what: String, seen: String, likely_cause: &str| Failure {
            what,
            expected: format!("{title} {place}"),
            seen,
            likely_cause: likely_cause.to_owned(),
        };
        let Some(span) = candidates.first() else {
            let what = format!(
                "there is no span `{}` of {} in trace {}",
                self.name, self.service, trace.trace_id
            );
            return Err(failure(
                what,
                "no such span".to_owned(),
                "the span is not made, is not exported yet, or was lost",
            ));
        };
        if !self.is_in_place(trace, span, above) {
            let what = format!(
                "{} {} is in the wrong place of trace {}",
                span.title(),
                span.span_id,
                trace.trace_id
            );
            let parent = span.parent_span_id.as_deref().unwrap_or("none");
            let cause = "the work runs without the context of the span that it belongs to";
            return Err(failure(what, format!("parent {parent}"), cause));
        }
        if span.kind != self.kind {
            let what = format!("`{}` {} has the wrong kind", self.name, span.span_id);
            let cause =
                "the kind must be given when the span is created; it cannot be changed later";
            return Err(failure(what, format!("kind {}", span.kind.as_str()), cause));
        }
        Ok(span)
    }

    fn is_in_place(&self, trace: &Trace, span: &Span, above: Option<&Span>) -> bool {
        match above {
            Some(above) => trace.is_below(span, above),
            None => self.kind != Kind::Server || span.parent_span_id.is_none(),
        }
    }
}
