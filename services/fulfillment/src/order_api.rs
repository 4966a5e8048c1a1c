//! Others ask us: `GET /orders/{id}`.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serving::Problem;
use serving::extract::Path;

use crate::order_store::{OrderStore, StoreError};
use crate::telemetry;

pub(crate) fn routes<S: OrderStore>(store: S) -> Router {
    Router::new()
        .route("/orders/{id}", get(order::<S>))
        .with_state(store)
}

#[derive(Serialize)]
struct OrderView {
    order_id: String,
    state: &'static str,
    /// Why it is not reserved.
    reason: Option<String>,
    /// How often its stock was asked for.
    attempts: u32,
    checkout_trace_id: Option<String>,
    fulfillment_trace_id: Option<String>,
}

async fn order<S: OrderStore>(
    State(store): State<S>,
    Path(id): Path<String>,
) -> Result<Json<OrderView>, Problem> {
    let found = store.find(&id).await.map_err(not_answering)?;
    telemetry::order_asked_for(&id, found.as_ref().map(|order| order.outcome.state));
    let order = found.ok_or_else(|| {
        let shown: String = id.chars().take(64).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no order {shown:?} here"),
        )
    })?;
    Ok(Json(OrderView {
        order_id: order.id,
        state: order.outcome.state.name(),
        reason: order.outcome.reason,
        attempts: order.attempts,
        checkout_trace_id: order.checkout_trace_id,
        fulfillment_trace_id: order.fulfillment_trace_id,
    }))
}

fn not_answering(error: StoreError) -> Problem {
    Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), &error)
        .retry_after(Duration::from_secs(1))
}
