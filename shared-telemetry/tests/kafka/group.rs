//! A consumer that its group has given up: what it has in hand is committed no more.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use shared_telemetry::current;
use shared_telemetry::kafka::{BatchConsumer, BatchSettings, Relation};
use shared_telemetry::testing::{SpanKind, recorder};
use tokio::time::Instant;

use crate::broker::{Broker, TOPIC, next_batch, send};

/// Longer than the mock broker keeps the first member of a group waiting.
const SESSION_MS: &str = "4000";

fn member(broker: &Broker) -> BatchConsumer {
    let inner: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", broker.cluster.bootstrap_servers())
        .set("group.id", "group")
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .set("session.timeout.ms", SESSION_MS)
        .set("heartbeat.interval.ms", "500")
        .set("max.poll.interval.ms", SESSION_MS)
        .create()
        .unwrap();
    inner.subscribe(&[TOPIC]).unwrap();
    let settings = BatchSettings {
        group: "group".to_owned(),
        max_messages: 1,
        max_wait: Duration::ZERO,
        relation: Relation::Link,
    };
    BatchConsumer::new(inner, settings)
}

async fn until_lost(consumer: &BatchConsumer) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !consumer.inner().assignment_lost() {
        assert!(Instant::now() < deadline, "the assignment is never lost");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Takes a message, loses its partition by `loss`, and sees it again after `recovery`.
async fn loses(loss: impl FnOnce(&Broker), recovery: impl FnOnce(&Broker)) {
    let broker = Broker::start(&[TOPIC]);
    let producer = broker.producer();
    send(&producer, TOPIC, "an order").await.unwrap();
    let consumer = member(&broker);
    let batch = next_batch(&consumer).await;
    loss(&broker);
    until_lost(&consumer).await;

    let work = async {
        let error = batch.commit().await.unwrap_err();
        let lost = KafkaError::ConsumerCommit(RDKafkaErrorCode::AssignmentLost);
        assert_eq!(error, lost);
        current::trace_id().unwrap()
    };
    let trace = recorder().trace(batch.process(work).await);
    let commit = trace.one("commit orders", SpanKind::Client);
    assert!(commit.failed(), "{commit:?}");
    assert_eq!(commit.text("error.type"), "AssignmentLost");
    // There is nothing to go back on, and that is no error.
    let all: Vec<_> = batch.messages().iter().collect();
    batch.give_back(&all, Duration::ZERO).await.unwrap();
    let offset = batch.messages()[0].offset();
    drop(batch);

    recovery(&broker);
    let again = next_batch(&consumer).await;
    assert_eq!(again.messages()[0].offset(), offset, "it comes again");
    again.commit().await.unwrap();
}

#[tokio::test]
async fn work_that_outlasts_the_session_of_a_lost_broker_is_not_committed_but_comes_again() {
    let down = |broker: &Broker| broker.cluster.broker_down(1).unwrap();
    loses(down, |broker| broker.cluster.broker_up(1).unwrap()).await;
}

#[tokio::test]
async fn work_that_outlasts_the_poll_interval_is_not_committed_but_comes_again() {
    loses(|_| (), |_| ()).await;
}
