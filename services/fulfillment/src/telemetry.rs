//! What fulfillment says about itself: events, attributes and log lines, all in one place.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contracts::OrderCreated;
use contracts::telemetry::metrics::{CONSUMER_LAG, DEAD_LETTERS, ORDERS};
use shared_telemetry::error::chain;
use shared_telemetry::kafka::Message;
use shared_telemetry::metrics::{self, Counter};
use shared_telemetry::{baggage, current};

use crate::order::{Order, OrderState, Outcome};
use crate::order_consumer::lag::PartitionLag;

static ENDED: Counter = Counter::new(&ORDERS);
static PUT_ASIDE: Counter = Counter::new(&DEAD_LETTERS);

/// What is known of an order before anything was done, on its process span.
pub(crate) fn order_received(order: &OrderCreated) {
    current::set("app.order.id", order.order_id.clone());
    if let Some(tier) = baggage::get("app.customer.tier") {
        current::set("app.customer.tier", tier);
    }
}

/// A retry is an event of the process span, which lasts until the order has ended.
pub(crate) fn retry(attempt: u32, delay: Duration, reason: &dyn Error) {
    // OpenTelemetry has no unsigned integers: a u64 would become text.
    let attempt = i64::from(attempt);
    let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    tracing::warn!(
        name: "retry",
        attempt,
        delay_ms,
        reason = chain(reason),
        "to be tried again"
    );
}

/// That a message was delivered before is on its span, unless this is the first time.
pub(crate) fn delivered(delivery: u32) {
    if delivery > 1 {
        current::set("app.delivery", i64::from(delivery));
    }
}

pub(crate) fn order_fulfilled(order: &Order) {
    let (id, Outcome { state, reason }) = (&order.id, &order.outcome);
    current::set("app.order.state", state.name());
    ENDED.add(1, &[("app.order.state", state.name().into())]);
    match state {
        OrderState::Reserved => tracing::info!(app.order.id = id, "order reserved"),
        OrderState::OutOfStock => tracing::info!(app.order.id = id, reason, "order out of stock"),
        OrderState::Failed => tracing::warn!(app.order.id = id, reason, "order failed"),
    }
}

/// The second message of an order says so, and changes nothing.
pub(crate) fn order_already_fulfilled(id: &str, state: OrderState) {
    let state = state.name();
    current::set("app.order.state", state);
    tracing::info!(
        name: "order.duplicate",
        { app.order.id = id, app.order.state = state },
        "order already fulfilled"
    );
}

pub(crate) fn order_begins_anew(id: &str) {
    tracing::info!(
        name: "order.replayed",
        { app.order.id = id },
        "order tried once more, its dead letter was replayed"
    );
}

/// What came before the crash could not be told: its span never ended.
pub(crate) fn after_a_crash(id: &str, trace_id: Option<&str>) {
    tracing::warn!(
        name: "crash.survived",
        { app.order.id = id, app.crashed.trace_id = trace_id },
        "the process ended in the middle of this order, it is taken up again"
    );
}

pub(crate) fn put_aside(message: &Message<'_>, reason: &dyn Error, cause: &'static str) {
    let (partition, offset) = (message.partition(), message.offset());
    PUT_ASIDE.add(1, &[("app.dead_letter.cause", cause.into())]);
    tracing::error!(
        partition,
        offset,
        cause,
        reason = chain(reason),
        "message put aside as a dead letter"
    );
}

/// On the span of the batch: the message's own has ended.
pub(crate) fn redelivery(message: &Message<'_>, deliveries: u32, delay: Duration) {
    tracing::warn!(
        name: "redelivery",
        {
            partition = message.partition(),
            offset = message.offset(),
            deliveries = i64::from(deliveries),
            delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX),
        },
        "message given back, its partition holds still"
    );
}

pub(crate) fn order_asked_for(id: &str, state: Option<OrderState>) {
    let state = state.map(OrderState::name);
    tracing::info!(
        app.order.id = id,
        app.order.state = state,
        "order asked for"
    );
}

pub(crate) fn lag_asked_for(lag: Option<i64>) {
    tracing::info!(lag, "lag asked for");
}

/// The lag is read where it was asked for last, and nobody waits for the broker.
pub(crate) fn observe_lag(latest: Arc<Mutex<Vec<PartitionLag>>>) {
    metrics::gauge(&CONSUMER_LAG, move |observe| {
        for partition in &*latest.lock().unwrap_or_else(PoisonError::into_inner) {
            let id = partition.partition.to_string();
            observe(
                partition.lag,
                &[("messaging.destination.partition.id", id.into())],
            );
        }
    });
}

pub(crate) fn broker_trouble(error: &dyn Error) {
    tracing::warn!(
        error = chain(error),
        "no message can be received, trying on"
    );
}

pub(crate) fn broker_recovered() {
    tracing::info!("messages are received again");
}

pub(crate) fn commit_failed(error: &dyn Error) {
    tracing::warn!(
        error = chain(error),
        "offsets not committed, the batch may be delivered again"
    );
}

pub(crate) fn batch_given_back(messages: usize) {
    tracing::warn!(
        messages,
        "stopped before the batch was done, it will be delivered again"
    );
}

pub(crate) fn consumer_left_hanging() {
    tracing::warn!("the Kafka consumer did not close in time");
}
