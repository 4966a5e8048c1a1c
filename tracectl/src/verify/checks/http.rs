//! The hops from gateway to pricing, and to fraud where that runs.

use super::request_hop::RequestHop;
use crate::trace::{Kind, Span};
use crate::verify::check::{Trouble, Verdict};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::{
    BUSINESS, FRAUD, FRAUD_SERVICE, GATEWAY, GET, POST, PRICING, QUOTE, SCORE,
};

const HOP: RequestHop = RequestHop {
    from: GATEWAY,
    to: PRICING,
    client: GET,
    server: QUOTE,
    carrier: "HTTP headers",
};

const FRAUD_HOP: RequestHop = RequestHop {
    from: GATEWAY,
    to: FRAUD_SERVICE,
    client: POST,
    server: SCORE,
    carrier: "HTTP headers",
};

/// Nothing where the gateway scores by itself.
pub(crate) fn fraud_hop(evidence: &Evidence) -> Option<Verdict> {
    let trace = evidence.checkout.trace.as_ref()?;
    let score = trace
        .spans
        .iter()
        .find(|span| span.service == GATEWAY && span.name == FRAUD)?;
    let is_client = |span: &&Span| span.is(GATEWAY, Kind::Client, POST);
    let clients: Vec<&Span> = trace.below(score).filter(is_client).collect();
    (!clients.is_empty()).then(|| FRAUD_HOP.check(evidence, trace, &clients))
}

pub(crate) fn hop(evidence: &Evidence) -> Verdict {
    let trace = evidence.checkout_trace()?;
    let mut spans = trace.spans.iter();
    let business = spans.find(|span| span.service == GATEWAY && span.name == BUSINESS);
    let Some(business) = business else {
        return Err(Trouble::NotChecked(format!(
            "there is no span `{BUSINESS}` to look below"
        )));
    };
    let is_client = |span: &&Span| span.is(GATEWAY, Kind::Client, GET);
    let clients: Vec<&Span> = trace.below(business).filter(is_client).collect();
    let needed = evidence.order.lines;
    if clients.len() < needed {
        let below = Located {
            trace,
            span: business,
        };
        return Err(HOP.no_client(evidence, below, needed, clients.len()).into());
    }
    HOP.check(evidence, trace, &clients)
}
