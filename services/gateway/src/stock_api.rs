//! Others ask us: `GET /stock/{sku}`, which inventory answers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serving::Problem;
use serving::extract::Path;

use crate::checkout::is_identifier;
use crate::inventory_client::{InventoryClient, Stock};
use crate::telemetry;

pub(crate) fn routes(inventory: InventoryClient) -> Router {
    Router::new()
        .route("/stock/{sku}", get(stock))
        .with_state(inventory)
}

async fn stock(
    State(inventory): State<InventoryClient>,
    Path(sku): Path<String>,
) -> Result<Json<Stock>, Problem> {
    let found = match is_identifier(&sku) {
        true => inventory.stock(&sku).await,
        // What cannot be an SKU is not looked up.
        false => Ok(None),
    };
    telemetry::asked("stock asked for", found.as_ref().map(Option::is_some));
    found?.map(Json).ok_or_else(|| {
        let shown: String = sku.chars().take(64).collect();
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no article {shown:?}"),
        )
    })
}
