//! We ask pricing what a line of a cart costs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::checkout::{CartError, Currency, Line, Quote};
use crate::upstream_client::{Answer, Upstream, UpstreamError};

/// Pricing, over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct PricingClient(pub(crate) Upstream);

/// All articles, as pricing tells them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Articles(serde_json::Map<String, serde_json::Value>);

/// Why a line has no price.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuoteError {
    #[error(transparent)]
    Refused(#[from] CartError),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

impl PricingClient {
    /// What is for sale, passed on as it is.
    pub(crate) async fn articles(&self) -> Result<Articles, UpstreamError> {
        match self.0.get(&["items"], &[]).await? {
            Answer::Ok(articles) => Ok(articles),
            Answer::Refused(status, _) => Err(self.0.unexpected(status)),
        }
    }

    pub(crate) async fn quote(
        &self,
        line: &Line,
        currency: Currency,
        coupon: Option<&str>,
    ) -> Result<Quote, QuoteError> {
        let quantity = line.quantity().to_string();
        let mut query = vec![
            ("quantity", quantity.as_str()),
            ("currency", currency.code()),
        ];
        query.extend(coupon.map(|coupon| ("coupon", coupon)));
        match self.0.get(&["quote", line.sku()], &query).await? {
            Answer::Ok(quote) => Ok(quote),
            Answer::Refused(StatusCode::NOT_FOUND, _) => {
                Err(CartError::unknown_article(line.sku(), currency).into())
            }
            Answer::Refused(_, detail) => Err(CartError::NotQuoted(detail).into()),
        }
    }
}
