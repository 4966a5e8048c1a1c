//! Others ask us: `GET /lag`, how many messages wait for this process.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use rdkafka::consumer::StreamConsumer;
use serde::Serialize;
use serving::Problem;

use crate::order_consumer::lag::{self, PartitionLag};
use crate::telemetry;

pub(crate) fn routes(consumer: Arc<StreamConsumer>) -> Router {
    Router::new().route("/lag", get(tell)).with_state(consumer)
}

/// The partitions that are assigned to this process, and the sum of their lags.
#[derive(Serialize)]
struct Lag {
    partitions: Vec<PartitionLag>,
    /// `null` while none is assigned: then nobody here knows.
    lag: Option<i64>,
}

async fn tell(State(consumer): State<Arc<StreamConsumer>>) -> Result<Json<Lag>, Problem> {
    let partitions = lag::ask(consumer).await.map_err(|error| {
        Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), &error)
            .retry_after(Duration::from_secs(1))
    })?;
    let sum = partitions.iter().map(|partition| partition.lag).sum();
    let lag = (!partitions.is_empty()).then_some(sum);
    telemetry::lag_asked_for(lag);
    Ok(Json(Lag { partitions, lag }))
}
