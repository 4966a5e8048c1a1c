//! The hop from gateway to pricing.

use super::request_hop::RequestHop;
use crate::trace::{Kind, Span};
use crate::verify::check::{Trouble, Verdict};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::{BUSINESS, GATEWAY, GET, PRICING, QUOTE};

const HOP: RequestHop = RequestHop {
    from: GATEWAY,
    to: PRICING,
    client: GET,
    server: QUOTE,
    carrier: "HTTP headers",
};

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
