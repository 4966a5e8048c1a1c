//! How many messages wait for this process, partition by partition.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use serde::Serialize;
use serving::Shutdown;
use shared_telemetry::task;

use crate::telemetry;

/// For all questions to the broker together.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How old the lag in a metric may be.
const PERIOD: Duration = Duration::from_secs(5);

/// What waits in one partition.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PartitionLag {
    pub(crate) partition: i32,
    /// The next message to process; `null` before the first commit.
    committed: Option<i64>,
    /// The offset that the next message will get.
    high_watermark: i64,
    pub(crate) lag: i64,
}

/// The lag could not be asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LagError {
    #[error("the broker does not tell the lag")]
    Broker(#[from] KafkaError),
    #[error("the question was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Asks the broker for the partitions that are assigned to `consumer`.
pub(crate) async fn ask(consumer: Arc<StreamConsumer>) -> Result<Vec<PartitionLag>, LagError> {
    // librdkafka waits for the broker on the caller's thread.
    Ok(task::spawn_blocking(move || partition_lags(&consumer)).await??)
}

/// Keeps the metric of the lag up to date until `shutdown`. While the broker does not answer the
/// metric is silent: an old number would look like a standstill.
pub(crate) async fn watch(consumer: Arc<StreamConsumer>, shutdown: &Shutdown) {
    let latest = Arc::new(Mutex::new(Vec::new()));
    telemetry::observe_lag(Arc::clone(&latest));
    loop {
        let asked = ask(Arc::clone(&consumer)).await.unwrap_or_default();
        *latest.lock().unwrap_or_else(PoisonError::into_inner) = asked;
        tokio::select! {
            () = shutdown.requested() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
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
