//! The hop from fulfillment to inventory.

use super::request_hop::RequestHop;
use crate::trace::{Kind, Span};
use crate::verify::check::{Trouble, Verdict};
use crate::verify::evidence::Evidence;
use crate::verify::names::{FULFILLMENT, INVENTORY, PROCESS, RESERVE_STOCK};

const HOP: RequestHop = RequestHop {
    from: FULFILLMENT,
    to: INVENTORY,
    client: RESERVE_STOCK,
    server: RESERVE_STOCK,
    carrier: "gRPC metadata",
};

pub(crate) fn hop(evidence: &Evidence) -> Verdict {
    let Some(process) = evidence.process() else {
        return Err(Trouble::NotChecked(format!(
            "there is no span `{PROCESS}` to look below"
        )));
    };
    let is_client = |span: &&Span| span.is(FULFILLMENT, Kind::Client, RESERVE_STOCK);
    let clients: Vec<&Span> = process
        .trace
        .below(process.span)
        .filter(is_client)
        .collect();
    if clients.is_empty() {
        return Err(HOP.no_client(evidence, process, 1, 0).into());
    }
    HOP.check(evidence, process.trace, &clients)
}
