//! Why a checkout did not become an order, and what the customer hears of it.

use axum::http::StatusCode;
use serving::Problem;

use crate::checkout::CartError;
use crate::checkout_store::StoreError;
use crate::fraud;
use crate::idempotency::InvalidKey;
use crate::order_publisher::NotAcknowledged;
use crate::pricing_client::QuoteError;
use crate::upstream_client::{RETRY_AFTER, UpstreamError};

/// Why a checkout did not become an order.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckoutError {
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Fraud(#[from] fraud::Refused),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error(transparent)]
    NotAcknowledged(#[from] NotAcknowledged),
    #[error(transparent)]
    Key(#[from] InvalidKey),
    #[error("this Idempotency-Key was used for another cart: use a new one for a new order")]
    AnotherCart,
    #[error("a checkout with this Idempotency-Key is still under way: please ask again")]
    InProgress,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("more customers are at the checkout than can be served: please try again")]
    Busy,
}

impl From<QuoteError> for CheckoutError {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::Refused(refused) => Self::Cart(refused),
            QuoteError::Upstream(error) => Self::Upstream(error),
        }
    }
}

impl CheckoutError {
    /// A no that stays one, with its status and sentence.
    pub(super) fn refusal(&self) -> Option<(StatusCode, String)> {
        match self {
            Self::Cart(refused) => Some((StatusCode::UNPROCESSABLE_ENTITY, refused.to_string())),
            Self::Fraud(refused) => Some((StatusCode::FORBIDDEN, refused.to_string())),
            _ => None,
        }
    }

    /// As the metric `app.checkouts` has it.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Cart(_) | Self::Fraud(_) | Self::Key(_) => "refused",
            Self::AnotherCart | Self::InProgress => "conflict",
            Self::Upstream(_) | Self::NotAcknowledged(_) | Self::Store(_) | Self::Busy => "failed",
        }
    }
}

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        if let Some((status, detail)) = error.refusal() {
            return Self::new(status, detail);
        }
        let sentence = error.to_string();
        let conflict = Self::new(StatusCode::CONFLICT, &sentence);
        let unavailable = |detail: String| {
            Self::from_error(StatusCode::SERVICE_UNAVAILABLE, detail, &error)
                .retry_after(RETRY_AFTER)
        };
        match error {
            CheckoutError::AnotherCart => conflict.title("Idempotency-Key is already used"),
            CheckoutError::InProgress => conflict
                .title("A request is outstanding for this Idempotency-Key")
                .retry_after(RETRY_AFTER),
            CheckoutError::Key(_) => Self::new(StatusCode::BAD_REQUEST, sentence),
            CheckoutError::Upstream(error) => error.into(),
            CheckoutError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, sentence).retry_after(RETRY_AFTER)
            }
            CheckoutError::Store(_) => unavailable(format!(
                "{sentence}: please try again with the same Idempotency-Key"
            )),
            _ => unavailable(format!(
                "the order is not accepted: {sentence}, please try again"
            )),
        }
    }
}
