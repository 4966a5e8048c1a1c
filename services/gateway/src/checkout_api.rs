//! Others call us: `POST /checkout`, and `GET /checkout` for curl.

mod error;
mod flow;
mod keyed;
mod wire;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json as JsonBody, Router};
use serde::Serialize;
use serving::Problem;
use serving::extract::{Json, Query};
use shared_telemetry::baggage;

use crate::checkout::CartError;
use crate::config::TraceUrl;
use crate::idempotency::{InvalidKey, Key};
use crate::telemetry;

use error::CheckoutError;
use flow::{Accepted, Settled};
use wire::{Asked, CartBody, CartQuery};

pub(crate) use flow::{Desk, Patience};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a checkout needs.
#[derive(Clone)]
struct Shop {
    desk: Desk,
    trace_url: Option<TraceUrl>,
}

pub(crate) fn routes(desk: Desk, trace_url: Option<TraceUrl>) -> Router {
    Router::new()
        .route("/checkout", get(checkout_by_query).post(checkout_by_body))
        .with_state(Shop { desk, trace_url })
}

async fn checkout_by_body(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Json(body): Json<CartBody>,
) -> Result<Response, Problem> {
    shop.checkout(&headers, body.try_into()).await
}

async fn checkout_by_query(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Query(query): Query<CartQuery>,
) -> Result<Response, Problem> {
    shop.checkout(&headers, query.try_into()).await
}

/// The one key of a request, if it has any.
fn key(headers: &HeaderMap) -> Result<Option<Key>, InvalidKey> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Key::parse(value.as_bytes()).map(Some),
        (Some(_), Some(_)) => Err(InvalidKey),
    }
}

impl Shop {
    async fn checkout(
        &self,
        headers: &HeaderMap,
        asked: Result<Asked, CartError>,
    ) -> Result<Response, Problem> {
        let refused = |error: CheckoutError| {
            telemetry::count(error.outcome());
            Problem::from(telemetry::turned_away(error))
        };
        let key = key(headers).map_err(|error| refused(error.into()))?;
        let asked = asked.map_err(|error| refused(error.into()))?;
        let tier = asked.cart.customer.tier.name().to_owned();
        // In the baggage every service behind can read it, fulfillment behind the queue too.
        let work = self.desk.checkout(asked, key);
        match baggage::scope([("app.customer.tier", tier)], work).await? {
            Settled::Accepted(accepted) => Ok(self.answer(&accepted)),
            Settled::RefusedBefore { status, detail } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
                Ok(said_before(Problem::new(status, detail).into_response()))
            }
        }
    }

    fn answer(&self, accepted: &Accepted) -> Response {
        let (order, sums) = (&accepted.order, &accepted.sums);
        let trace_id = accepted.origin.map(|origin| origin.trace_id.to_string());
        let trace_url = self.trace_url.as_ref().zip(trace_id.as_deref());
        let order_url = format!("/orders/{}", order.order_id);
        let body = AcceptedBody {
            order_id: &order.order_id,
            trace_url: trace_url.map(|(url, id)| url.of(id)),
            trace_id,
            state: "accepted",
            currency: &order.currency,
            subtotal_cents: sums.subtotal_cents,
            discount_cents: sums.discount_cents,
            total_cents: sums.total_cents,
            order_url: &order_url,
        };
        let location = [(header::LOCATION, order_url.as_str())];
        let response = (StatusCode::ACCEPTED, location, JsonBody(&body)).into_response();
        if accepted.before {
            said_before(response)
        } else {
            response
        }
    }
}

fn said_before(mut response: Response) -> Response {
    let yes = HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, yes);
    response
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
