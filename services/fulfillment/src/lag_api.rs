//! Others ask us: `GET /lag`, how many messages wait for this process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use rdkafka::Offset;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use serde::Serialize;
use serving::Problem;
use shared_telemetry::task;

use crate::telemetry;

/// For all questions to the broker together.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn routes(consumer: Arc<StreamConsumer>) -> Router {
    Router::new().route("/lag", get(lag)).with_state(consumer)
}

/// The partitions that are assigned to this process, and the sum of their lags.
#[derive(Serialize)]
struct Lag {
    partitions: Vec<PartitionLag>,
    lag: i64,
}

#[derive(Serialize)]
struct PartitionLag {
    partition: i32,
    /// The next message to process; `null` before the first commit.
    committed: Option<i64>,
    /// The offset that the next message will get.
    high_watermark: i64,
    lag: i64,
}

/// The lag could not be asked for.
#[derive(Debug, thiserror::Error)]
enum LagError {
    #[error("the broker does not tell the lag")]
    Broker(#[from] KafkaError),
    #[error("the question was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

async fn lag(State(consumer): State<Arc<StreamConsumer>>) -> Result<Json<Lag>, Problem> {
    let lag = ask(consumer).await.map_err(|error| {
        Problem::from_error(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), &error)
            .retry_after(Duration::from_secs(1))
    })?;
    telemetry::lag_asked_for(lag.lag);
    Ok(Json(lag))
}

async fn ask(consumer: Arc<StreamConsumer>) -> Result<Lag, LagError> {
    // librdkafka waits for the broker on the caller's thread.
    let partitions = task::spawn_blocking(move || partition_lags(&consumer)).await??;
    let lag = partitions.iter().map(|partition| partition.lag).sum();
    Ok(Lag { partitions, lag })
}

fn partition_lags(consumer: &StreamConsumer) -> Result<Vec<PartitionLag>, KafkaError> {
    let deadline = Instant::now() + TIMEOUT;
    let left = || deadline.saturating_duration_since(Instant::now());
    let committed = consumer.committed_offsets(consumer.assignment()?, left())?;
    let lag = |element: rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
        let partition = element.partition();
        let (low, high) = consumer.fetch_watermarks(element.topic(), partition, left())?;
        let committed = match element.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        // Without a commit the consumer begins with the oldest message; what was deleted in the
        // meantime cannot be waited for.
        let lag = (high - committed.unwrap_or(low).max(low)).max(0);
        Ok(PartitionLag {
            partition,
            committed,
            high_watermark: high,
            lag,
        })
    };
    committed.elements().into_iter().map(lag).collect()
}
