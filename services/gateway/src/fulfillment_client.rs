//! We ask fulfillment how far an order is.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::order::Order;
use crate::upstream_client::{Answer, Upstream, UpstreamError};

/// Fulfillment, over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct FulfillmentClient(pub(crate) Upstream);

impl FulfillmentClient {
    /// The order, `None` while fulfillment has not finished with it.
    pub(crate) async fn order(&self, id: Uuid) -> Result<Option<Order>, UpstreamError> {
        match self.0.get(&["orders", &id.to_string()], &[]).await? {
            Answer::Ok(order) => Ok(Some(order)),
            Answer::Refused(StatusCode::NOT_FOUND, _) => Ok(None),
            Answer::Refused(status, _) => Err(self.0.unexpected(status)),
        }
    }
}
