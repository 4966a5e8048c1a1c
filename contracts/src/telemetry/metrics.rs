//! The shop's metrics: what spans can't tell.
//!
//! A metric is a constant here, with its attributes among `ATTRIBUTES`; the service that knows
//! its value makes the instrument from it (`shared_telemetry::metrics`).

use shared_telemetry::names::Seen::{Always, When};
use shared_telemetry::names::Type::Text;
use shared_telemetry::names::What::MetricAttribute;
use shared_telemetry::names::{Entry, Instrument, Metric};

/// gateway: checkouts by how they ended.
pub const CHECKOUTS: Metric = Metric::ours(
    "app.checkouts",
    Instrument::Counter,
    "{checkout}",
    &["app.checkout.outcome"],
    Always,
    "gateway: checkouts that have ended, those whose customer had hung up too",
);

/// fulfillment: orders by how they ended, each once.
pub const ORDERS: Metric = Metric::ours(
    "app.orders",
    Instrument::Counter,
    "{order}",
    &["app.order.state"],
    Always,
    "fulfillment: orders that have ended; a second message of an order counts nothing",
);

/// fulfillment: messages on the dead-letter topic.
pub const DEAD_LETTERS: Metric = Metric::ours(
    "app.dead_letters",
    Instrument::Counter,
    "{message}",
    &["app.dead_letter.cause"],
    When("a message is put aside as a dead letter"),
    "fulfillment: messages that were put aside",
);

/// fulfillment: what waits in Kafka.
pub const CONSUMER_LAG: Metric = Metric::ours(
    "app.consumer.lag",
    Instrument::Gauge,
    "{message}",
    &["messaging.destination.partition.id"],
    Always,
    "fulfillment: messages of an assigned partition that are not committed, asked every 5 s",
);

/// pricing: what the cache of quotes knew.
pub const QUOTE_CACHE_LOOKUPS: Metric = Metric::ours(
    "app.quote_cache.lookups",
    Instrument::Counter,
    "{lookup}",
    &["app.cache.outcome"],
    Always,
    "pricing: articles that were looked for in the cache of quotes",
);

/// inventory: what is left.
pub const STOCK_AVAILABLE: Metric = Metric::ours(
    "app.stock.available",
    Instrument::Gauge,
    "{item}",
    &["app.item.sku"],
    Always,
    "inventory: pieces of an article that can be reserved, read every 5 s; none while the \
     database is away",
);

/// All of them.
pub(super) const METRICS: &[Entry] = &[
    ORDERS.entry(),
    DEAD_LETTERS.entry(),
    CONSUMER_LAG.entry(),
    CHECKOUTS.entry(),
    QUOTE_CACHE_LOOKUPS.entry(),
    STOCK_AVAILABLE.entry(),
];

/// The attributes of their data points.
pub(super) const ATTRIBUTES: &[Entry] = &[
    Entry::ours(
        "app.cache.outcome",
        MetricAttribute(Text),
        Always,
        "`hit` or `miss`",
    ),
    Entry::ours(
        "app.item.sku",
        MetricAttribute(Text),
        Always,
        "the article's number; only those that the warehouse has a row for",
    ),
    Entry::ours(
        "app.order.state",
        MetricAttribute(Text),
        Always,
        "`reserved`, `out_of_stock` or `failed`",
    ),
    Entry::ours(
        "app.dead_letter.cause",
        MetricAttribute(Text),
        When("a message is put aside as a dead letter"),
        super::CAUSE,
    ),
    Entry::ours(
        "messaging.destination.partition.id",
        MetricAttribute(Text),
        Always,
        "the partition; text, because partitions have names in other systems",
    )
    .of_conventions(),
    Entry::ours(
        "app.checkout.outcome",
        MetricAttribute(Text),
        Always,
        "`accepted`, `replayed` (answered as before), `refused`, `conflict` (409) or `failed` (5xx)",
    ),
];
