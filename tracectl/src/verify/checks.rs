//! All checks, in the order in which the order meets the boundaries.

mod attributes;
mod canaries;
mod grpc;
mod http;
mod kafka;
mod logs;
pub(super) mod metrics;
mod order;
mod request_hop;
mod shape;
mod sql;
mod whole;

use super::check::Check;
use super::evidence::Evidence;
use attributes::Domain;

pub(crate) fn all(evidence: &Evidence) -> Vec<Check> {
    let check = Check::new;
    let mut checks = vec![
        check("order", order::reserved(evidence)),
        check("checkout trace", order::checkout_trace(evidence)),
        check("fulfillment trace", order::fulfillment_trace(evidence)),
        check("HTTP gateway → pricing", http::hop(evidence)),
        check("SQL pricing", sql::pricing(evidence)),
        check("Kafka gateway → fulfillment", kafka::hop(evidence)),
        check("Kafka batch link", kafka::batch(evidence)),
        check("Kafka back-link", kafka::back_link(evidence)),
        check("stored trace id", order::stored(evidence)),
        check("gRPC fulfillment → inventory", grpc::hop(evidence)),
        check("SQL inventory", sql::inventory(evidence)),
        check("SQL fulfillment", sql::fulfillment(evidence)),
        check("checkout tree", shape::checkout(evidence)),
        check("fulfillment tree", shape::fulfillment(evidence)),
        check("checkout.step", shape::step(evidence)),
        check("one trace a side", whole::sides(evidence)),
        check("no orphan", whole::no_orphan(evidence)),
        check("sampled", whole::sampled(evidence)),
        check("HTTP attributes", attributes::check(evidence, Domain::Http)),
        check("SQL attributes", attributes::check(evidence, Domain::Sql)),
        check(
            "messaging attributes",
            attributes::check(evidence, Domain::Messaging),
        ),
        check("RPC attributes", attributes::check(evidence, Domain::Rpc)),
        check("no canary", canaries::none(evidence)),
    ];
    let fraud = http::fraud_hop(evidence);
    checks.extend(fraud.map(|verdict| check("HTTP gateway → fraud", verdict)));
    // Only where log lines are looked into at all.
    checks.extend(logs::checkout(evidence).map(|verdict| check("checkout logs", verdict)));
    checks.extend(logs::fulfillment(evidence).map(|verdict| check("fulfillment logs", verdict)));
    checks
}
