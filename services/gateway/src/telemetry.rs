//! What the gateway says about itself: business spans, events and log lines, all in one place.

use std::error::Error;

use contracts::OrderCreated;
use contracts::telemetry::metrics::CHECKOUTS;
use shared_telemetry::error::{self, chain};
use shared_telemetry::metrics::Counter;
use shared_telemetry::{SpanId, TraceId, current};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::checkout::{Cart, Quote};
use crate::fraud::{Assessment, Refused};
use crate::fraud_client::FraudError;

static ENDED: Counter = Counter::new(&CHECKOUTS);

/// A span that a customer was answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
}

impl Origin {
    /// The active span; `None` where nothing is traced.
    pub(crate) fn current() -> Option<Self> {
        Some(Self {
            trace_id: current::trace_id()?,
            span_id: current::span_id()?,
        })
    }
}

/// Runs `work` in the span `business.checkout`, and tells how it ended.
///
/// Call it inside the baggage of the checkout: a span keeps the baggage of its creation.
pub(crate) async fn business_checkout<T, E: Error + 'static>(
    cart: &Cart,
    work: impl AsyncFnOnce(&mut Progress) -> Result<T, E>,
) -> Result<T, E> {
    let span = tracing::info_span!(
        "business.checkout",
        checkout.step = Empty,
        app.checkout.currency = cart.currency.code(),
        app.checkout.subtotal_cents = Empty,
        app.customer.tier = cart.customer.tier.name(),
        app.order.id = Empty,
    );
    let mut progress = Progress {
        span: span.clone(),
        step: "",
    };
    async {
        let result = work(&mut progress).await;
        if let Err(cause) = &result {
            error::record(cause);
            refused(cause);
        }
        result
    }
    .instrument(span)
    .await
}

/// How far a checkout is.
///
/// The span learns the step when the work is over or dropped: whatever is recorded twice is
/// exported twice.
pub(crate) struct Progress {
    span: Span,
    step: &'static str,
}

impl Progress {
    /// `quote`, `fraud`, `record` or `publish`.
    pub(crate) fn step(&mut self, step: &'static str) {
        self.step = step;
    }

    pub(crate) fn quoted(&self, sum: &Quote) {
        // OpenTelemetry has no unsigned integers: a u64 would become text.
        let cents = i64::try_from(sum.subtotal_cents).unwrap_or(i64::MAX);
        self.span.record("app.checkout.subtotal_cents", cents);
    }

    pub(crate) fn ordered(&self, order: &OrderCreated) {
        self.span.record("app.order.id", order.order_id.as_str());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.span.record("checkout.step", self.step);
    }
}

/// Has an order scored in the span `score_fraud`.
pub(crate) async fn score_fraud(assess: impl Future<Output = Assessment>) -> Result<(), Refused> {
    let span = tracing::info_span!(
        "score_fraud",
        app.fraud.score = Empty,
        app.fraud.decision = Empty
    );
    let assessment = assess.instrument(span.clone()).await;
    span.record("app.fraud.score", i64::from(assessment.score));
    span.record("app.fraud.decision", assessment.decision.name());
    assessment.verdict()
}

/// Fraud was asked in vain.
pub(crate) fn scored_locally(error: &FraudError) {
    let (kind, reason) = (error.kind(), chain(error));
    tracing::warn!(
        name: "fraud.fallback",
        { "error.type" = kind, reason },
        "the order is scored by the local rule"
    );
}

pub(crate) fn accepted(order: &OrderCreated, sum: &Quote) {
    tracing::info!(
        app.order.id = order.order_id,
        app.checkout.currency = order.currency,
        app.checkout.subtotal_cents = sum.subtotal_cents,
        app.checkout.discount_cents = sum.discount_cents,
        app.checkout.total_cents = sum.total_cents,
        "checkout accepted"
    );
}

pub(crate) fn refused(reason: &dyn Error) {
    tracing::info!(reason = chain(reason), "checkout refused");
}

/// Tells of a refusal outside of `business.checkout`.
pub(crate) fn turned_away<E: Error>(reason: E) -> E {
    refused(&reason);
    reason
}

/// The customer hears what they were told before; the active span links to where that was.
pub(crate) fn replayed(order_id: Uuid, before: Option<Origin>) {
    link(before);
    current::set("app.checkout.replayed", true);
    tracing::info!(app.order.id = %order_id, "checkout answered as before");
}

/// An order is sent once more; the active span links to where it was written down.
pub(crate) fn resumed(order_id: Uuid, before: Option<Origin>) {
    link(before);
    tracing::info!(app.order.id = %order_id, "checkout goes on where another request has stopped");
}

fn link(to: Option<Origin>) {
    if let Some(Origin { trace_id, span_id }) = to {
        current::link(trace_id, span_id);
    }
}

/// The customer is answered all the same.
pub(crate) fn not_remembered(error: &dyn Error) {
    tracing::warn!(
        reason = chain(error),
        "what came of a checkout is not remembered"
    );
}

/// Counts a checkout by how it ended.
pub(crate) fn count(outcome: &'static str) {
    ENDED.add(1, &[("app.checkout.outcome", outcome.into())]);
}

pub(crate) fn swept<E: Error>(removed: &Result<u64, E>) {
    match removed {
        Ok(0) => {}
        Ok(rows) => tracing::info!(
            rows = i64::try_from(*rows).unwrap_or(i64::MAX),
            "old checkouts are forgotten"
        ),
        Err(error) => tracing::warn!(reason = chain(error), "old checkouts are not forgotten"),
    }
}

pub(crate) fn left_undone() {
    tracing::warn!("checkouts were still under way when the process had to end");
}

/// The outcome of a question that is passed on to another service.
pub(crate) fn asked<E: Error>(what: &'static str, found: Result<bool, &E>) {
    match found {
        Ok(found) => tracing::info!(found, "{what}"),
        Err(error) => tracing::info!(reason = chain(error), "{what}"),
    }
}
