//! Others ask us: `GET /items`, which pricing answers.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serving::Problem;

use crate::pricing_client::{Articles, PricingClient};
use crate::telemetry;

pub(crate) fn routes(pricing: PricingClient) -> Router {
    Router::new()
        .route("/items", get(items))
        .with_state(pricing)
}

async fn items(State(pricing): State<PricingClient>) -> Result<Json<Articles>, Problem> {
    let articles = pricing.articles().await;
    telemetry::asked("articles asked for", articles.as_ref().map(|_| true));
    Ok(Json(articles?))
}
