//! Others call us: `POST /checkout`, and `GET /checkout` for curl.

mod flow;
mod wire;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json as JsonBody, Router};
use serde::Serialize;
use serving::Problem;
use serving::extract::{Json, Query};
use shared_telemetry::{baggage, current};

use crate::checkout::{Cart, CartError};
use crate::config::TraceUrl;
use crate::telemetry;
use crate::upstream_client::RETRY_AFTER;

use flow::{Accepted, CheckoutError};
use wire::{CartBody, CartQuery};

pub(crate) use flow::Desk;

/// What a checkout needs.
#[derive(Clone)]
struct Shop {
    desk: Desk,
    trace_url: TraceUrl,
}

pub(crate) fn routes(desk: Desk, trace_url: TraceUrl) -> Router {
    Router::new()
        .route("/checkout", get(checkout_by_query).post(checkout_by_body))
        .with_state(Shop { desk, trace_url })
}

async fn checkout_by_body(
    State(shop): State<Shop>,
    Json(body): Json<CartBody>,
) -> Result<Response, Problem> {
    shop.checkout(body.try_into()).await
}

async fn checkout_by_query(
    State(shop): State<Shop>,
    Query(query): Query<CartQuery>,
) -> Result<Response, Problem> {
    shop.checkout(query.try_into()).await
}

impl Shop {
    async fn checkout(&self, cart: Result<Cart, CartError>) -> Result<Response, Problem> {
        let cart = cart
            .inspect_err(|error| telemetry::refused(error))
            .map_err(CheckoutError::from)?;
        let tier = cart.customer.tier.name().to_owned();
        // In the baggage every service behind can read it, fulfillment behind the queue too.
        let accepted =
            baggage::scope([("app.customer.tier", tier)], self.desk.checkout(&cart)).await?;
        Ok(self.answer(&accepted))
    }

    fn answer(&self, Accepted { order, sum }: &Accepted) -> Response {
        let trace_id = current::trace_id().map(|id| id.to_string());
        let order_url = format!("/orders/{}", order.order_id);
        let body = AcceptedBody {
            order_id: &order.order_id,
            trace_url: trace_id.as_deref().map(|id| self.trace_url.of(id)),
            trace_id,
            state: "accepted",
            currency: &order.currency,
            subtotal_cents: sum.subtotal_cents,
            discount_cents: sum.discount_cents,
            total_cents: sum.total_cents,
            order_url: &order_url,
        };
        let location = [(header::LOCATION, order_url.as_str())];
        (StatusCode::ACCEPTED, location, JsonBody(&body)).into_response()
    }
}

#[derive(Serialize)]
struct AcceptedBody<'a> {
    order_id: &'a str,
    trace_id: Option<String>,
    state: &'static str,
    currency: &'a str,
    subtotal_cents: u64,
    discount_cents: u64,
    total_cents: u64,
    order_url: &'a str,
    trace_url: Option<String>,
}

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::Cart(refused) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refused.to_string())
            }
            CheckoutError::Fraud(refused) => {
                Problem::new(StatusCode::FORBIDDEN, refused.to_string())
            }
            CheckoutError::Upstream(error) => error.into(),
            CheckoutError::NotAcknowledged(error) => {
                let detail = format!("the order is not accepted: {error}, please try again");
                Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, detail, &error)
                    .retry_after(RETRY_AFTER)
            }
        }
    }
}
