//! Others ask us: `GET /orders/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serving::Problem;
use serving::extract::Path;
use uuid::Uuid;

use crate::checkout_store::{CheckoutStore, StoreError};
use crate::config::TraceUrl;
use crate::fulfillment_client::FulfillmentClient;
use crate::order::{Order, OrderState};
use crate::telemetry;
use crate::upstream_client::{RETRY_AFTER, UpstreamError};

/// What a question about an order needs.
#[derive(Clone)]
pub(crate) struct Enquiries {
    pub(crate) fulfillment: FulfillmentClient,
    pub(crate) store: CheckoutStore,
    pub(crate) trace_url: Option<TraceUrl>,
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
    reason: Option<String>,
    /// What this answer leaves open.
    note: Option<String>,
    checkout_trace_id: Option<String>,
    fulfillment_trace_id: Option<String>,
    checkout_trace_url: Option<String>,
    fulfillment_trace_url: Option<String>,
}

/// An order as far as it is known, and what is not known of it.
struct Found {
    order: Order,
    note: Option<String>,
}

/// Nobody who could know the order can be asked.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error(transparent)]
    Fulfillment(#[from] UpstreamError),
    #[error(transparent)]
    Store(#[from] StoreError),
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
    telemetry::asked("order asked for", found.as_ref().map(Option::is_some));
    let Found { order, note } = found?.ok_or_else(|| {
        let shown: String = id.chars().take(64).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no order {shown:?}"),
        )
    })?;
    let url = |trace_id: &Option<String>| {
        let template = enquiries.trace_url.as_ref();
        Some(template?.of(trace_id.as_ref()?))
    };
    Ok(Json(OrderView {
        order_id: id,
        state: order.state,
        reason: order.reason,
        note,
        checkout_trace_url: url(&order.checkout_trace_id),
        fulfillment_trace_url: url(&order.fulfillment_trace_id),
        checkout_trace_id: order.checkout_trace_id,
        fulfillment_trace_id: order.fulfillment_trace_id,
    }))
}

impl Enquiries {
    /// Fulfillment knows best. While it cannot be asked, an order that we have accepted is told
    /// as accepted: that is true, and only how far it has come since is open.
    async fn find(&self, id: Uuid) -> Result<Option<Found>, Unanswered> {
        let (silent, note) = match self.fulfillment.order(id).await {
            Ok(Some(order)) => return Ok(Some(Found { order, note: None })),
            Ok(None) => (None, None),
            Err(error) => {
                let note = format!("{error}: the order may be further than this");
                (Some(error), Some(note))
            }
        };
        let ours = self.store.find_order(id).await?;
        match (ours, silent) {
            (Some(checkout_trace_id), _) => Ok(Some(Found {
                order: Order {
                    state: OrderState::Accepted,
                    reason: None,
                    checkout_trace_id,
                    fulfillment_trace_id: None,
                },
                note,
            })),
            // We do not know it; fulfillment may.
            (None, Some(error)) => Err(error.into()),
            (None, None) => Ok(None),
        }
    }
}

impl From<Unanswered> for Problem {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Fulfillment(error) => error.into(),
            Unanswered::Store(error) => {
                let detail = format!("{error}: please try again");
                Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, detail, &error)
                    .retry_after(RETRY_AFTER)
            }
        }
    }
}
