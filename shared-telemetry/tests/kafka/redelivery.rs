//! Messages that are left: not committed, given back, delivered again.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::{Offset, TopicPartitionList};
use shared_telemetry::current;
use shared_telemetry::kafka::{Batch, BatchConsumer, Relation};
use shared_telemetry::testing::{SpanKind, recorder};

use crate::broker::{Broker, TOPIC, next_batch, send};

const RETURNS: &str = "returns";

async fn sent(broker: &Broker, topic: &str, messages: usize) {
    let producer = broker.producer();
    for _ in 0..messages {
        send(&producer, topic, "a message").await.unwrap();
    }
}

fn offsets(batch: &Batch<'_>) -> Vec<i64> {
    batch.messages().iter().map(|one| one.offset()).collect()
}

fn committed(consumer: &BatchConsumer) -> Offset {
    let mut partition = TopicPartitionList::new();
    partition.add_partition(TOPIC, 0);
    let timeout = Duration::from_secs(10);
    let offsets = consumer.inner().committed_offsets(partition, timeout);
    offsets.unwrap().elements()[0].offset()
}

#[tokio::test]
async fn what_is_left_and_all_behind_it_comes_again_after_the_pause_and_is_not_committed() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, TOPIC, 3).await;
    let consumer = broker.consumer(&[TOPIC], 3, Relation::Link);
    let batch = next_batch(&consumer).await;
    let left = [&batch.messages()[1]];
    batch.commit_without(&left).await.unwrap();
    assert_eq!(committed(&consumer), Offset::Offset(1));
    let pause = Duration::from_millis(300);
    let given_back = Instant::now();
    batch.give_back(&left, pause).await.unwrap();
    drop(batch);
    sent(&broker, TOPIC, 1).await;

    let again = next_batch(&consumer).await;
    assert_eq!(offsets(&again), [1, 2, 3]);
    assert!(given_back.elapsed() >= pause, "it held still");
    again.commit().await.unwrap();
    assert_eq!(committed(&consumer), Offset::Offset(4));
}

#[tokio::test]
async fn a_message_can_be_given_back_again_and_again() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, TOPIC, 2).await;
    let consumer = broker.consumer(&[TOPIC], 2, Relation::Link);
    for _ in 0..4 {
        let batch = next_batch(&consumer).await;
        assert_eq!(offsets(&batch), [0, 1]);
        let all: Vec<_> = batch.messages().iter().collect();
        batch
            .give_back(&all, Duration::from_millis(10))
            .await
            .unwrap();
    }
    assert_eq!(committed(&consumer), Offset::Invalid);
}

#[tokio::test]
async fn a_partition_that_holds_still_holds_up_no_other() {
    let broker = Broker::start(&[TOPIC, RETURNS]);
    sent(&broker, TOPIC, 1).await;
    let consumer = broker.consumer(&[TOPIC, RETURNS], 1, Relation::Link);
    let batch = next_batch(&consumer).await;
    let left = [&batch.messages()[0]];
    let for_good = Duration::from_secs(3600);
    batch.give_back(&left, for_good).await.unwrap();
    drop(batch);
    sent(&broker, TOPIC, 1).await;
    sent(&broker, RETURNS, 2).await;
    for offset in [0, 1] {
        let batch = next_batch(&consumer).await;
        assert_eq!(batch.messages()[0].topic(), RETURNS);
        assert_eq!(offsets(&batch), [offset]);
    }
}

#[tokio::test]
async fn where_everything_is_left_nothing_is_committed_and_no_span_says_so() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, TOPIC, 1).await;
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
    let batch = next_batch(&consumer).await;
    let work = async {
        let left = [&batch.messages()[0]];
        batch.commit_without(&left).await.unwrap();
        current::trace_id().unwrap()
    };
    let trace = recorder().trace(batch.process(work).await);
    let _ = trace.one("process_batch orders", SpanKind::Consumer);
    assert_eq!(trace.len(), 1, "{trace}");
    assert_eq!(committed(&consumer), Offset::Invalid);
}
