//! We ask inventory how many units of an article are left.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::upstream_client::{Answer, Upstream, UpstreamError};

/// Inventory, over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct InventoryClient(pub(crate) Upstream);

/// Inventory's answer, passed on as it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stock {
    sku: String,
    available: u64,
}

impl InventoryClient {
    /// The stock of an article, `None` for one that inventory does not know.
    pub(crate) async fn stock(&self, sku: &str) -> Result<Option<Stock>, UpstreamError> {
        match self.0.get(&["stock", sku], &[]).await? {
            Answer::Ok(stock) => Ok(Some(stock)),
            Answer::Refused(StatusCode::NOT_FOUND, _) => Ok(None),
            Answer::Refused(status, _) => Err(self.0.unexpected(status)),
        }
    }
}
