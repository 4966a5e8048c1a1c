//! The shop's part of the telemetry dictionary: its business spans, their attributes and events,
//! and the fields of its log lines. What boundaries emit is in `shared_telemetry::names`.
//!
//! Telemetry crosses a wire too, and dashboards, alerts and people rely on its names as a service
//! relies on a message's fields. The page made of both parts is `docs/telemetry.md`.

mod log_fields;
pub mod metrics;

use shared_telemetry::names::Seen::{Always, When};
use shared_telemetry::names::Type::{Bool, Int, Text};
use shared_telemetry::names::What::{Attribute, Event, EventAttribute, Span};
use shared_telemetry::names::{Entry, Seen, SpanKind, Type};

/// Names of the shop's own secrets, beside those that everybody has: whoever knows a coupon can
/// use it. For `Service::with_secret_names`.
pub const SECRET_NAMES: &[&str] = &["coupon"];

const ORDER: &str = "the order's id, a UUID";
const TIER: &str = "`standard`, `silver` or `gold`; travels as baggage of the same name";
const SKU: &str = "the article's number";
const WHY: &str = "why, with the chain of causes";
const NO_SCORE: &str = "`timeout`, `connect`, the status, `answer_too_long`, `answer_invalid` or \
    `_OTHER`";
const CAUSE: &str = "`no_order`, `impossible_order`, `given_up`, `fault`, or `interrupted` when \
    the process stopped before the dead letter was sent";

const fn span(name: &'static str, always: &'static [&'static str], meaning: &'static str) -> Entry {
    let kind = SpanKind::Internal;
    Entry::ours(name, Span { kind, always }, Always, meaning)
}

const fn attribute(name: &'static str, of: Type, meaning: &'static str) -> Entry {
    Entry::ours(name, Attribute(of), Always, meaning)
}

const fn of_event(name: &'static str, of: Type, seen: Seen, meaning: &'static str) -> Entry {
    Entry::ours(name, EventAttribute(of), seen, meaning)
}

/// A span of the storefront's page, which the gateway relays.
const fn span_of_a_page(
    name: &'static str,
    always: &'static [&'static str],
    seen: &'static str,
    meaning: &'static str,
) -> Entry {
    let kind = SpanKind::Internal;
    Entry::ours(name, Span { kind, always }, When(seen), meaning)
}

const SPANS: &[Entry] = &[
    span_of_a_page(
        "place_order",
        &["app.checkout.currency", "app.customer.tier", "app.lines"],
        "an order is placed on the storefront's page",
        "storefront: from the click to the answer; the root of the trace",
    ),
    span_of_a_page(
        "load_items",
        &[],
        "the storefront's page is opened",
        "storefront: the articles are fetched",
    ),
    span(
        "business.checkout",
        &[
            "checkout.step",
            "app.checkout.currency",
            "app.customer.tier",
        ],
        "gateway: a checkout from the cart to the broker's word; a refusal is an ERROR",
    ),
    span(
        "score_fraud",
        &["app.fraud.score", "app.fraud.decision"],
        "gateway: the cart is scored",
    ),
    span(
        "apply_promotion",
        &[],
        "pricing: a coupon is looked up; an unknown one is an ERROR",
    ),
    span(
        "reserve_inventory",
        &["app.order.id", "app.lines"],
        "inventory: an order's stock is reserved whole or not at all; the latter is an ERROR",
    ),
    Entry::ours(
        "replay",
        Span {
            kind: SpanKind::Internal,
            always: &[],
        },
        When("`tracectl dlq replay` is run"),
        "tracectl: dead letters are sent once more, each by a PRODUCER span that links to the span \
         that gave its message up and to the one that sent it first",
    ),
];

const ATTRIBUTES: &[Entry] = &[
    attribute("app.checkout.currency", Text, "ISO 4217, `EUR`"),
    attribute(
        "app.checkout.subtotal_cents",
        Int,
        "the sum before the discount, in hundredths of the currency; none before all is quoted",
    ),
    Entry::ours(
        "app.checkout.replayed",
        Attribute(Bool),
        REPLAYED,
        "true: the answer is the one that was given before, in the trace that is linked to",
    ),
    attribute("app.customer.tier", Text, TIER),
    Entry::ours(
        "app.delivery",
        Attribute(Int),
        AGAIN,
        "which delivery of the message to this process it is; none on the first",
    ),
    attribute("app.fraud.decision", Text, "`accept` or `refuse`"),
    attribute("app.fraud.score", Int, "from 0, harmless, to 100"),
    attribute("app.lines", Int, "how many lines an order has"),
    attribute("app.order.id", Text, ORDER),
    attribute(
        "app.order.state",
        Text,
        "what became of an order: `reserved`, `out_of_stock` or `failed`",
    ),
    attribute(
        "checkout.step",
        Text,
        "how far a checkout came: `quote`, `fraud`, `record` (with an `Idempotency-Key` only) or \
         `publish`; empty before the first",
    ),
];

const REPLAYED: Seen = When("an `Idempotency-Key` comes again");
const RETRIED: Seen = When("a neighbour of fulfillment or a server of a database does not answer");
const FALLBACK: Seen = When("the gateway asks fraud and gets no usable answer");
const AGAIN: Seen = When("a delivery came to nothing because a neighbour was away");
const DUPLICATE: Seen = When("an order's message comes again");
const IN_VAIN: Seen = When("something is tried again or done without");
const CRASHED: Seen = When("an order is taken up again after the fault `fulfillment.crash`");

const EVENTS: &[Entry] = &[
    Entry::ours(
        "cache.miss",
        Event {
            always: &["app.item.sku"],
        },
        Always,
        "pricing: an article was not in the cache of quotes, so SQL was asked",
    ),
    Entry::ours(
        "crash.survived",
        Event {
            always: &["app.order.id"],
        },
        CRASHED,
        "fulfillment: the process ended in the middle of this order, and what it had done is told \
         by nobody",
    ),
    Entry::ours(
        "discount.applied",
        Event {
            always: &["percent"],
        },
        Always,
        "pricing: a coupon lowers the price",
    ),
    Entry::ours(
        "fault.injected",
        Event {
            always: &["app.fault"],
        },
        FAULT,
        "any service: what now goes wrong was asked for by the caller",
    ),
    Entry::ours(
        "fraud.fallback",
        Event {
            always: &["error.type", "reason"],
        },
        FALLBACK,
        "gateway: the local rule scores the order, which goes on or does not by that",
    ),
    Entry::ours(
        "order.duplicate",
        Event {
            always: &["app.order.id", "app.order.state"],
        },
        DUPLICATE,
        "fulfillment: the order had ended before, and this message changes nothing",
    ),
    Entry::ours(
        "order.replayed",
        Event {
            always: &["app.order.id"],
        },
        When("a dead letter is replayed"),
        "fulfillment: the order had failed, and is tried once more",
    ),
    Entry::ours(
        "redelivery",
        Event {
            always: &["partition", "offset", "deliveries", "delay_ms"],
        },
        AGAIN,
        "fulfillment: a message is given back; its partition holds still, then it comes again",
    ),
    Entry::ours(
        "retry",
        Event {
            always: &["attempt", "delay_ms", "reason"],
        },
        RETRIED,
        "an order (fulfillment) or a statement (on PostgreSQL) will be tried again",
    ),
    of_event(
        "app.crashed.trace_id",
        Text,
        CRASHED,
        "the trace that ended there, if it was traced",
    ),
    of_event(
        "app.fault",
        Text,
        FAULT,
        "the fault, as `demo.fault` names it",
    ),
    of_event("app.item.sku", Text, Always, SKU),
    of_event("app.order.id", Text, DUPLICATE, ORDER),
    of_event(
        "app.order.state",
        Text,
        DUPLICATE,
        "how the order had ended",
    ),
    of_event("attempt", Int, RETRIED, "the attempt that failed, from 1"),
    of_event(
        "delay_ms",
        Int,
        RETRIED,
        "the wait before the next one, in milliseconds",
    ),
    of_event(
        "deliveries",
        Int,
        AGAIN,
        "how many of the message have come to nothing by now",
    ),
    of_event("error.type", Text, FALLBACK, NO_SCORE).of_conventions(),
    of_event("offset", Int, AGAIN, "the message's place in its partition"),
    of_event("partition", Int, AGAIN, "the message's partition"),
    of_event("percent", Int, Always, "the discount in percent"),
    of_event("reason", Text, IN_VAIN, WHY),
];

const FAULT: Seen = When("`DEMO_FAULTS` is `on` and a request asks for a fault");

/// The shop's entries, the most important signal first.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [
        SPANS,
        ATTRIBUTES,
        EVENTS,
        log_fields::LOG_FIELDS,
        metrics::METRICS,
        metrics::ATTRIBUTES,
    ]
    .into_iter()
    .flatten()
}
