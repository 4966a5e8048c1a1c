//! Others ask us over HTTP: `GET /stock/{sku}`.

use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router, extract::State};
use serde::Serialize;
use serving::Problem;
use serving::extract::Path;

use crate::stock::{Refusal, echo};
use crate::stock_store::{StockStore, StoreError};
use crate::telemetry;

pub(crate) fn routes<S: StockStore>(store: S) -> Router {
    Router::new()
        .route("/stock/{sku}", get(stock::<S>))
        .with_state(store)
}

#[derive(Serialize)]
struct Stock {
    sku: String,
    available: u64,
}

async fn stock<S: StockStore>(
    State(store): State<S>,
    Path(sku): Path<String>,
) -> Result<Json<Stock>, Problem> {
    let available = store.available(&sku).await.map_err(broken)?;
    let available = available.ok_or_else(|| unknown(&sku))?;
    telemetry::stock_read(&sku);
    Ok(Json(Stock { sku, available }))
}

fn unknown(sku: &str) -> Problem {
    let refusal = Refusal::UnknownSku(echo(sku));
    telemetry::refused(&refusal);
    Problem::new(StatusCode::NOT_FOUND, refusal.to_string())
}

fn broken(error: StoreError) -> Problem {
    Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), &error)
        .retry_after(Duration::from_secs(1))
}
