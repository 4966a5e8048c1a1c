//! A whole order, small enough to read. Span ids are words, so that a test reads like a story.

mod breakage;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::Relation;
use crate::trace::{BackLink, Kind, Link, Log, Span, Status, StatusCode, Trace};
use crate::verify::evidence::{Evidence, Order, Side};

const HTTP: &[(&str, &str)] = &[
    ("http.request.method", "GET"),
    ("http.response.status_code", "200"),
];
const ROUTE: &[(&str, &str)] = &[
    ("http.request.method", "GET"),
    ("http.response.status_code", "200"),
    ("http.route", "/x"),
];
const SQL: &[(&str, &str)] = &[
    ("db.system.name", "sqlite"),
    ("db.query.text", "SELECT 1"),
    ("db.operation.name", "SELECT"),
];
const KAFKA: &[(&str, &str)] = &[
    ("messaging.system", "kafka"),
    ("messaging.destination.name", "order.created"),
    ("messaging.operation.type", "process"),
];
const RPC: &[(&str, &str)] = &[
    ("rpc.system.name", "grpc"),
    ("rpc.method", "x"),
    ("rpc.response.status_code", "OK"),
];
const STEP: &[(&str, &str)] = &[("checkout.step", "published")];

type Line = (
    &'static str,
    Option<&'static str>,
    &'static str,
    Kind,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Id, parent, service, kind, name, attributes.
#[rustfmt::skip] // A table.
const CHECKOUT: [Line; 10] = [
    ("post", None, "gateway", Kind::Server, "POST /checkout", ROUTE),
    ("business", Some("post"), "gateway", Kind::Internal, "business.checkout", STEP),
    ("get-1", Some("business"), "gateway", Kind::Client, "GET", HTTP),
    ("quote-1", Some("get-1"), "pricing", Kind::Server, "GET /quote/{sku}", ROUTE),
    ("select-1", Some("quote-1"), "pricing", Kind::Client, "SELECT items", SQL),
    ("get-2", Some("business"), "gateway", Kind::Client, "GET", HTTP),
    ("quote-2", Some("get-2"), "pricing", Kind::Server, "GET /quote/{sku}", ROUTE),
    ("select-2", Some("quote-2"), "pricing", Kind::Client, "SELECT items", SQL),
    ("fraud", Some("business"), "gateway", Kind::Internal, "score_fraud", &[]),
    ("send", Some("business"), "gateway", Kind::Producer, "send order.created", KAFKA),
];

const BATCH: Line = (
    "batch",
    None,
    "fulfillment",
    Kind::Consumer,
    "process_batch order.created",
    KAFKA,
);

#[rustfmt::skip] // A table.
const FULFILLMENT: [Line; 6] = [
    ("process", Some("batch"), "fulfillment", Kind::Consumer, "process order.created", KAFKA),
    ("call", Some("process"), "fulfillment", Kind::Client, "inventory.v1.Inventory/ReserveStock", RPC),
    ("serve", Some("call"), "inventory", Kind::Server, "inventory.v1.Inventory/ReserveStock", RPC),
    ("reserve", Some("serve"), "inventory", Kind::Internal, "reserve_inventory", &[]),
    ("update", Some("reserve"), "inventory", Kind::Client, "UPDATE stock", SQL),
    ("insert", Some("process"), "fulfillment", Kind::Client, "INSERT orders", SQL),
];

/// What the checkout has more where a service scores it, whose exporter keeps no sampled flag.
#[rustfmt::skip] // A table.
const SCORED: [Line; 2] = [
    ("ask", Some("fraud"), "gateway", Kind::Client, "POST", HTTP),
    ("score", Some("ask"), "fraud", Kind::Server, "POST /score", ROUTE),
];

fn span((id, parent, service, kind, name, attributes): &Line) -> Span {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).into());
    Span {
        span_id: (*id).to_owned(),
        parent_span_id: parent.map(str::to_owned),
        service: (*service).to_owned(),
        name: (*name).to_owned(),
        kind: *kind,
        start_unix_nano: 0,
        duration_ns: 1,
        status: Status {
            code: StatusCode::Unset,
            message: String::new(),
        },
        flags: Some(1),
        attributes: attributes.iter().map(pair).collect::<BTreeMap<_, _>>(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

pub(super) fn link(trace_id: &str, span_id: &str) -> Link {
    Link {
        trace_id: trace_id.to_owned(),
        span_id: span_id.to_owned(),
        found: true,
    }
}

fn back_link(trace_id: &str, span_id: &str, name: &str) -> BackLink {
    BackLink {
        trace_id: trace_id.to_owned(),
        span_id: span_id.to_owned(),
        service: "fulfillment".to_owned(),
        name: name.to_owned(),
        kind: Kind::Consumer,
        to_span_id: "send".to_owned(),
    }
}

fn trace(trace_id: &str, spans: Vec<Span>) -> Trace {
    Trace {
        trace_id: trace_id.to_owned(),
        spans,
        ..Trace::default()
    }
}

fn logs(trace: &Trace) -> Vec<Log> {
    let log = |span: &Span| Log {
        service: span.service.clone(),
        trace_id: trace.trace_id.clone(),
        span_id: span.span_id.clone(),
        rest: BTreeMap::new(),
    };
    trace.spans.iter().map(log).collect()
}

fn side(trace: Trace) -> Side {
    Side {
        logs: Some(logs(&trace)),
        trace: Some(trace),
        leaks: BTreeSet::new(),
    }
}

/// An order that is as it should be: traces `checkout` and `behind`, or by
/// [`Relation::Parent`] one trace `checkout`, and the batch by itself.
pub(super) fn order(relation: Relation) -> Evidence {
    let mut checkout = trace("checkout", CHECKOUT.iter().map(span).collect());
    let mut behind: Vec<Span> = FULFILLMENT.iter().map(span).collect();
    behind[0].links.push(link("checkout", "send"));
    let (checkout, fulfillment, behind_id) = match relation {
        Relation::Link => {
            let mut batch = span(&BATCH);
            batch.links.push(link("checkout", "send"));
            behind.insert(0, batch);
            checkout.linked_from = vec![
                back_link("behind", "batch", "process_batch order.created"),
                back_link("behind", "process", "process order.created"),
            ];
            (side(checkout), side(trace("behind", behind)), "behind")
        }
        Relation::Parent => {
            behind[0].parent_span_id = Some("send".to_owned());
            checkout.spans.extend(behind);
            checkout.linked_from = vec![
                back_link("alone", "batch", "process_batch order.created"),
                back_link("checkout", "process", "process order.created"),
            ];
            (side(checkout.clone()), side(checkout), "checkout")
        }
    };
    let order = Order {
        id: "order-1".to_owned(),
        lines: 2,
        trace_id: "checkout".to_owned(),
        state: Some("reserved".to_owned()),
        checkout_trace_id: Some("checkout".to_owned()),
        fulfillment_trace_id: Some(behind_id.to_owned()),
        waited: Duration::from_secs(1),
    };
    Evidence {
        relation,
        order,
        checkout,
        fulfillment,
        strays: Vec::new(),
    }
}

/// The same, scored by the service fraud.
pub(super) fn scored_order() -> Evidence {
    let mut evidence = order(Relation::Link);
    let checkout = evidence.checkout.trace.as_mut();
    checkout.unwrap().spans.extend(SCORED.iter().map(span));
    evidence.change("score", |span| span.flags = Some(0x100));
    evidence
}
