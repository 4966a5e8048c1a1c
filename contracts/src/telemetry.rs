//! The shop's part of the telemetry dictionary: its business spans, their attributes and events,
//! and the fields of its log lines. What boundaries emit is in `shared_telemetry::names`.
//!
//! Telemetry crosses a wire too, and dashboards, alerts and people rely on its names as a service
//! relies on a message's fields. The page made of both parts is `docs/telemetry.md`.

use shared_telemetry::names::Seen::{Always, When};
use shared_telemetry::names::Type::{Bool, Int, Text};
use shared_telemetry::names::What::{Attribute, Event, EventAttribute, LogField, Span};
use shared_telemetry::names::{Entry, Seen, SpanKind, Type};

const ORDER: &str = "the order's id, a UUID";
const TIER: &str = "`standard`, `silver` or `gold`; travels as baggage of the same name";
const SKU: &str = "the article's number";
const WHY: &str = "why, with the chain of causes";

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

const fn field(name: &'static str, of: Type, seen: Seen, meaning: &'static str) -> Entry {
    Entry::ours(name, LogField(of), seen, meaning)
}

const SPANS: &[Entry] = &[
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
];

const ATTRIBUTES: &[Entry] = &[
    attribute("app.checkout.currency", Text, "ISO 4217, `EUR`"),
    attribute(
        "app.checkout.subtotal_cents",
        Int,
        "the sum before the discount, in hundredths of the currency; none before all is quoted",
    ),
    attribute("app.customer.tier", Text, TIER),
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
        "how far a checkout came: `quote`, `fraud` or `publish`; empty before the first",
    ),
];

const RETRIED: Seen = When("inventory does not answer");

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
        "retry",
        Event {
            always: &["attempt", "delay_ms", "reason"],
        },
        RETRIED,
        "fulfillment: an order will be tried again",
    ),
    of_event(
        "app.fault",
        Text,
        FAULT,
        "the fault, as `demo.fault` names it",
    ),
    of_event("app.item.sku", Text, Always, SKU),
    of_event("attempt", Int, RETRIED, "the attempt that failed, from 1"),
    of_event(
        "delay_ms",
        Int,
        RETRIED,
        "the wait before the next one, in milliseconds",
    ),
    of_event("percent", Int, Always, "the discount in percent"),
    of_event("reason", Text, RETRIED, WHY),
];

const FAULT: Seen = When("`DEMO_FAULTS` is `on` and a request asks for a fault");
const DEAD_LETTER: Seen = When("a message cannot be read as an order");
const TOLD: &str = "the address, as the demo announces it";

const LOG_FIELDS: &[Entry] = &[
    field("app.checkout.currency", Text, Always, "ISO 4217, `EUR`"),
    field(
        "app.checkout.discount_cents",
        Int,
        Always,
        "the discount, in hundredths",
    ),
    field(
        "app.checkout.subtotal_cents",
        Int,
        Always,
        "the sum before the discount, in hundredths",
    ),
    field(
        "app.checkout.total_cents",
        Int,
        Always,
        "what is to be paid, in hundredths",
    ),
    field(
        "app.fault",
        Text,
        FAULT,
        "the fault, as `demo.fault` names it",
    ),
    field("app.item.sku", Text, Always, SKU),
    field("app.items", Int, Always, "how many articles were listed"),
    field("app.order.id", Text, Always, ORDER),
    field(
        "app.order.state",
        Text,
        Always,
        "`reserved`, `out_of_stock` or `failed`",
    ),
    field("app.quantity", Int, Always, "how many pieces"),
    field("attempt", Int, RETRIED, "the attempt that failed, from 1"),
    field(
        "delay_ms",
        Int,
        RETRIED,
        "the wait before the next one, in milliseconds",
    ),
    field(
        "error",
        Text,
        When("a request fails with 500 or more, or the broker cannot be reached"),
        WHY,
    ),
    field(
        "found",
        Bool,
        Always,
        "whether the other service knows what was asked for",
    ),
    field("fulfillment", Text, Always, TOLD),
    field("gateway", Text, Always, TOLD),
    field("inventory", Text, Always, TOLD),
    field("kafka", Text, Always, TOLD),
    field("lag", Int, Always, "how many messages wait in Kafka"),
    field(
        "messages",
        Int,
        When("fulfillment is stopped within a batch"),
        "how many are given back",
    ),
    field(
        "missing_lines",
        Int,
        When("availability is asked for over gRPC"),
        "lines without stock",
    ),
    field(
        "offset",
        Int,
        DEAD_LETTER,
        "the message's place in its partition",
    ),
    field("partition", Int, DEAD_LETTER, "the message's partition"),
    field("percent", Int, Always, "the discount in percent"),
    field("pricing", Text, Always, TOLD),
    field("reason", Text, Always, WHY),
    field(
        "released",
        Bool,
        When("a release is asked for over gRPC"),
        "whether there was something to release",
    ),
    field("signal", Text, Always, "the signal that stops the process"),
    field("viewer", Text, Always, TOLD),
];

/// The shop's entries, the most important signal first.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [SPANS, ATTRIBUTES, EVENTS, LOG_FIELDS]
        .into_iter()
        .flatten()
}
