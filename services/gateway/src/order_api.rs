//! Others ask us: `GET /orders/{id}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serving::Problem;
use serving::extract::Path;
use uuid::Uuid;

use crate::config::TraceUrl;
use crate::fulfillment_client::FulfillmentClient;
use crate::order::{Order, OrderState};
use crate::order_store::RecentOrders;
use crate::telemetry;
use crate::upstream_client::UpstreamError;

/// What a question about an order needs.
#[derive(Clone)]
pub(crate) struct Enquiries {
    pub(crate) fulfillment: FulfillmentClient,
    pub(crate) recent: Arc<RecentOrders>,
    pub(crate) trace_url: TraceUrl,
}

pub(crate) fn routes(enquiries: Enquiries) -> Router {
    Router::new()
        .route("/orders/{id}", get(order))
        .with_state(enquiries)
}

#[derive(Serialize)]
struct OrderView {
    order_id: String,
    state: OrderState,
    checkout_trace_id: Option<String>,
    fulfillment_trace_id: Option<String>,
    checkout_trace_url: Option<String>,
    fulfillment_trace_url: Option<String>,
}

async fn order(
    State(enquiries): State<Enquiries>,
    Path(id): Path<String>,
) -> Result<Json<OrderView>, Problem> {
    let found = match Uuid::try_parse(&id) {
        Ok(id) => enquiries.find(id).await,
        // What is no UUID is no order of ours.
        Err(_) => Ok(None),
    };
    telemetry::asked("order asked for", &found);
    let order = found?.ok_or_else(|| {
        let shown: String = id.chars().take(64).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no order {shown:?}"),
        )
    })?;
    let url = |trace_id: &Option<String>| trace_id.as_ref().map(|id| enquiries.trace_url.of(id));
    Ok(Json(OrderView {
        order_id: id,
        state: order.state,
        checkout_trace_url: url(&order.checkout_trace_id),
        fulfillment_trace_url: url(&order.fulfillment_trace_id),
        checkout_trace_id: order.checkout_trace_id,
        fulfillment_trace_id: order.fulfillment_trace_id,
    }))
}

impl Enquiries {
    async fn find(&self, id: Uuid) -> Result<Option<Order>, UpstreamError> {
        if let Some(order) = self.fulfillment.order(id).await? {
            return Ok(Some(order));
        }
        Ok(self.recent.find(id).map(|checkout_trace_id| Order {
            state: OrderState::Accepted,
            checkout_trace_id,
            fulfillment_trace_id: None,
        }))
    }
}
