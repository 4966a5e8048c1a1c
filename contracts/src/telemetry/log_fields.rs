//! The fields of the shop's log lines.

use shared_telemetry::names::Seen::{Always, When};
use shared_telemetry::names::Type::{Bool, Int, Text};
use shared_telemetry::names::What::LogField;
use shared_telemetry::names::{Entry, Seen, Type};

use super::{AGAIN, CAUSE, CRASHED, FALLBACK, FAULT, NO_SCORE, ORDER, RETRIED, SKU, WHY};

const fn field(name: &'static str, of: Type, seen: Seen, meaning: &'static str) -> Entry {
    Entry::ours(name, LogField(of), seen, meaning)
}

const DEAD_LETTER: Seen = When("a message is put aside as a dead letter");
const TOLD: &str = "the address, as the demo announces it";

pub(super) const LOG_FIELDS: &[Entry] = &[
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
        "app.crashed.trace_id",
        Text,
        CRASHED,
        "the trace that ended in the crash",
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
    field("cause", Text, DEAD_LETTER, CAUSE),
    field(
        "deliveries",
        Int,
        AGAIN,
        "how many of a message have come to nothing by now",
    ),
    field(
        "connections",
        Int,
        When("a listener closes connections against their will"),
        "how many since the last such line",
    ),
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
    field("error.type", Text, FALLBACK, NO_SCORE).of_conventions(),
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
    field(
        "rows",
        Int,
        When("checkouts are older than a week"),
        "how many are forgotten",
    ),
    field("signal", Text, Always, "the signal that stops the process"),
    field("viewer", Text, Always, TOLD),
];
