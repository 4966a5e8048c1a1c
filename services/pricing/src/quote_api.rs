//! Others ask us: `GET /quote/{sku}` and `GET /items`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use contracts::Faults;
use serde::{Deserialize, Serialize};
use serving::Problem;
use serving::extract::{Path, Query};

use crate::quote::{Currency, Item, Promotion, Quantity, Quote, QuoteError, is_sku};
use crate::quote_cache::QuoteCache;
use crate::quote_store::{QuoteStore, StoreError};
use crate::{fault, telemetry};

pub(crate) fn routes<S: QuoteStore>(store: S, cache_ttl: Duration, faults: Faults) -> Router {
    let desk = Desk {
        store,
        cache: Arc::new(QuoteCache::new(cache_ttl)),
    };
    Router::new()
        .route("/quote/{sku}", get(quote::<S>))
        .route("/items", get(items::<S>))
        .with_state(desk)
        .layer(middleware::from_fn_with_state(faults, unless_asked_to_fail))
}

async fn unless_asked_to_fail(
    State(faults): State<Faults>,
    request: Request,
    next: Next,
) -> Response {
    match fault::meet(faults).await {
        Ok(()) => next.run(request).await,
        Err(asked) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Problem::from_error(status, asked.to_string(), &asked).into_response()
        }
    }
}

/// What a request needs.
#[derive(Clone)]
struct Desk<S> {
    store: S,
    cache: Arc<QuoteCache>,
}

/// The query of a quote. All are words here: the rules judge them, not the parser.
#[derive(Deserialize)]
struct Wish {
    quantity: Option<String>,
    coupon: Option<String>,
    currency: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] QuoteError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn quote<S: QuoteStore>(
    State(desk): State<Desk<S>>,
    Path(sku): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Json<Quote>, Problem> {
    telemetry::customer_tier();
    let quote = desk.quote(&sku, &wish, SystemTime::now()).await?;
    telemetry::quoted(&quote);
    Ok(Json(quote))
}

impl<S: QuoteStore> Desk<S> {
    async fn quote(&self, sku: &str, wish: &Wish, now: SystemTime) -> Result<Quote, Failure> {
        let quantity = wish
            .quantity
            .as_deref()
            .map_or(Ok(Quantity::default()), str::parse)?;
        let currency = wish
            .currency
            .as_deref()
            .map_or(Ok(Currency::Eur), str::parse)?;
        let item = self.item(sku, currency).await?;
        let promotion = match wish.coupon.as_deref() {
            // A form that was left empty.
            None | Some("") => None,
            Some(coupon) => Some(telemetry::apply_promotion(self.promotion(coupon, now)).await?),
        };
        Ok(Quote::of(&item, quantity, promotion.as_ref())?)
    }

    async fn item(&self, sku: &str, currency: Currency) -> Result<Item, Failure> {
        if !is_sku(sku) {
            return Err(QuoteError::NoSku.into());
        }
        if let Some(item) = self.cache.get(sku, currency, Instant::now()) {
            telemetry::cache_hit();
            return Ok(item);
        }
        telemetry::cache_miss(sku);
        let item = self.store.item(sku, currency).await?;
        let item = item.ok_or_else(|| QuoteError::UnknownItem {
            sku: sku.to_owned(),
            currency,
        })?;
        self.cache.put(item.clone(), Instant::now());
        Ok(item)
    }

    /// Promotions are read each time: one that was ended must not live on in a cache.
    async fn promotion(&self, coupon: &str, now: SystemTime) -> Result<Promotion, Failure> {
        let promotion = self.store.promotion(coupon).await?;
        let promotion = promotion.ok_or(QuoteError::UnknownCoupon)?;
        Ok(promotion.valid_at(now)?)
    }
}

#[derive(Serialize)]
struct Articles {
    items: Vec<Article>,
}

/// An article with its price in each currency.
#[derive(Serialize)]
struct Article {
    sku: String,
    name: String,
    unit_cents: BTreeMap<Currency, u64>,
}

async fn items<S: QuoteStore>(State(desk): State<Desk<S>>) -> Result<Json<Articles>, Problem> {
    let mut items: Vec<Article> = Vec::new();
    for Item {
        sku,
        currency,
        name,
        unit_cents,
    } in desk.store.items().await.map_err(Failure::from)?
    {
        match items.last_mut() {
            Some(article) if article.sku == sku => {
                article.unit_cents.insert(currency, unit_cents);
            }
            _ => items.push(Article {
                sku,
                name,
                unit_cents: [(currency, unit_cents)].into(),
            }),
        }
    }
    telemetry::listed(items.len());
    Ok(Json(Articles { items }))
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let refused = match failure {
            Failure::Refused(refused) => refused,
            Failure::Store(error) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return Problem::from_error(status, error.to_string(), &error)
                    .retry_after(Duration::from_secs(1));
            }
        };
        telemetry::not_quoted(&refused);
        let status = match refused {
            QuoteError::UnknownItem { .. } | QuoteError::NoSku => StatusCode::NOT_FOUND,
            QuoteError::InvalidQuantity => StatusCode::BAD_REQUEST,
            QuoteError::UnknownCoupon
            | QuoteError::ExpiredCoupon
            | QuoteError::EarlyCoupon
            | QuoteError::UnsupportedCurrency
            | QuoteError::Uncountable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem::new(status, refused.to_string())
    }
}
