//! What fulfillment says about itself: events, attributes and log lines, all in one place.

use std::error::Error;
use std::time::Duration;

use contracts::OrderCreated;
use shared_telemetry::error::chain;
use shared_telemetry::{baggage, current};

use crate::order::{OrderState, Outcome};

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

pub(crate) fn order_fulfilled(id: &str, outcome: &Outcome) {
    current::set("app.order.state", outcome.state.name());
    let reason = outcome.reason.as_deref();
    match outcome.state {
        OrderState::Reserved => tracing::info!(app.order.id = id, "order reserved"),
        OrderState::OutOfStock => tracing::info!(app.order.id = id, reason, "order out of stock"),
        OrderState::Failed => tracing::warn!(app.order.id = id, reason, "order failed"),
    }
}

pub(crate) fn order_already_fulfilled(id: &str, state: OrderState) {
    current::set("app.order.state", state.name());
    tracing::info!(
        app.order.id = id,
        app.order.state = state.name(),
        "order already fulfilled"
    );
}

pub(crate) fn put_aside(partition: i32, offset: i64, reason: &dyn Error) {
    tracing::error!(partition, offset, reason = %reason, "message put aside as a dead letter");
}

pub(crate) fn order_asked_for(id: &str, state: Option<OrderState>) {
    let state = state.map(OrderState::name);
    tracing::info!(
        app.order.id = id,
        app.order.state = state,
        "order asked for"
    );
}

pub(crate) fn lag_asked_for(lag: i64) {
    tracing::info!(lag, "lag asked for");
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
