//! `Relation::Parent`, for comparison: one trace across the queue.

use std::convert::Infallible;

use shared_telemetry::kafka::Relation;
use shared_telemetry::testing::{SpanKind, recorder};
use shared_telemetry::{SpanId, current};

use crate::broker::{Broker, TOPIC, next_batch, send};
use crate::root::in_root;

#[tokio::test]
async fn by_relation_parent_the_producer_is_parent_and_link() {
    let broker = Broker::start(&[TOPIC]);
    let (id, delivery) = in_root(send(&broker.producer(), TOPIC, "an order")).await;
    delivery.unwrap();
    let consumer = broker.consumer(&[TOPIC], 1, Relation::Parent);
    let batch = next_batch(&consumer).await;
    let batch_trace = batch
        .process(async {
            let work = async { Ok::<_, Infallible>(()) };
            batch.messages()[0].process(work).await.expect("infallible");
            current::trace_id().expect("the batch span is active")
        })
        .await;

    let trace = recorder().trace(id);
    let producer = trace.one("send orders", SpanKind::Producer);
    let process = trace.one("process orders", SpanKind::Consumer);
    trace.assert_child("Kafka producer > process", producer, process);
    let link = (producer.trace_id(), producer.id());
    assert_eq!(process.links().collect::<Vec<_>>(), [link]);

    // A batch has many producers and none of them for a parent, whatever the setting.
    assert_ne!(batch_trace, id);
    let trace = recorder().trace(batch_trace);
    let batch = trace.one("process_batch orders", SpanKind::Consumer);
    assert_eq!(batch.parent_id(), SpanId::INVALID);
    assert_eq!(batch.links().collect::<Vec<_>>(), [link]);
}

#[test]
fn a_relation_is_read_from_its_name_in_any_case() {
    assert_eq!("link".parse(), Ok(Relation::Link));
    assert_eq!("Parent".parse(), Ok(Relation::Parent));
    assert_eq!(
        "child".parse::<Relation>().unwrap_err().to_string(),
        "expected link or parent"
    );
}
