//! What a producer's decision means behind the queue: nothing is recorded for a message whose
//! producer is not, and the batch's trace goes on with the producers' randomness.

use std::convert::Infallible;

use shared_telemetry::kafka::{BatchConsumer, Relation};
use shared_telemetry::testing::{Active, SpanKind, TraceTree, recorder};

use crate::broker::{Broker, TOPIC, next_batch, send};

/// Sends a message as a caller from elsewhere, for each that is named.
async fn sent(broker: &Broker, callers: &[&Active]) {
    let producer = broker.producer();
    for caller in callers {
        let delivery = caller.calls(send(&producer, TOPIC, "an order")).await;
        delivery.expect("the broker is up");
    }
}

fn sampled(state: &str) -> Active {
    Active::elsewhere(true, state)
}

fn unsampled() -> Active {
    Active::elsewhere(false, "")
}

/// The last 14 digits of its trace id.
fn randomness(caller: &Active) -> String {
    caller.trace_id.to_string()[18..].to_owned()
}

/// Takes a batch; gives what was active around its messages and in each, and what was recorded.
async fn taken(consumer: &BatchConsumer) -> (Active, Vec<Active>, TraceTree) {
    let batch = next_batch(consumer).await;
    let all = async {
        let mut inside = Vec::new();
        for message in batch.messages() {
            let work = async {
                tracing::info_span!("work").in_scope(|| ());
                Ok::<_, Infallible>(Active::here())
            };
            inside.push(message.process(work).await.expect("infallible"));
        }
        (Active::here(), inside)
    };
    let (around, inside) = batch.process(all).await;
    let recorded = recorder().trace(around.trace_id);
    (around, inside, recorded)
}

#[tokio::test]
async fn nothing_is_recorded_for_messages_whose_producers_are_not() {
    let broker = Broker::start(&[TOPIC]);
    sent(&broker, &[&unsampled(), &unsampled()]).await;
    let consumer = broker.consumer(&[TOPIC], 2, Relation::Link);
    let (around, inside, recorded) = taken(&consumer).await;

    assert!(recorded.is_empty(), "{recorded}");
    assert!(!around.sampled);
    for message in inside {
        assert_eq!(message.trace_id, around.trace_id, "ids for its log lines");
        assert!(!message.sampled);
    }
}

#[tokio::test]
async fn in_a_mixed_batch_each_message_shares_the_fate_of_its_own_producer() {
    let broker = Broker::start(&[TOPIC]);
    let (kept, dropped) = (sampled(""), unsampled());
    sent(&broker, &[&dropped, &kept, &dropped]).await;
    let consumer = broker.consumer(&[TOPIC], 3, Relation::Link);
    let (around, inside, recorded) = taken(&consumer).await;

    let flags: Vec<_> = inside.iter().map(|message| message.sampled).collect();
    assert_eq!(flags, [false, true, false]);
    assert!(around.sampled);
    let batch = recorded.one("process_batch orders", SpanKind::Consumer);
    assert_eq!(batch.links().count(), 3, "it has worked on all of them");
    let process = recorded.one("process orders", SpanKind::Consumer);
    recorded.assert_child("Kafka batch > process", batch, process);
    let linked: Vec<_> = process.links().map(|(trace, _)| trace).collect();
    assert_eq!(linked, [kept.trace_id]);
    let work = recorded.one("work", SpanKind::Internal);
    recorded.assert_child("Kafka process > work", process, work);
    assert_eq!(recorded.len(), 3, "{recorded}");
    // What it sends on names a span of its own in the batch's trace.
    for message in inside {
        assert_eq!(message.trace_id, around.trace_id);
        assert_ne!(message.span_id, around.span_id);
    }
}

#[tokio::test]
async fn the_trace_of_one_message_has_its_producers_randomness_and_threshold_and_no_more() {
    for (state, expected) in [
        ("", None),
        ("vendor=1,ot=th:8", Some("ot=th:8;rv:")),
        ("ot=rv:ffffffffffffff", Some("ot=rv:ffffffffffffff")),
    ] {
        let broker = Broker::start(&[TOPIC]);
        let caller = sampled(state);
        sent(&broker, &[&caller]).await;
        let consumer = broker.consumer(&[TOPIC], 1, Relation::Link);
        let (around, inside, _) = taken(&consumer).await;

        let random = randomness(&caller);
        let expected = match expected {
            Some(whole) if whole.ends_with('f') => whole.to_owned(),
            Some(beginning) => format!("{beginning}{random}"),
            None => format!("ot=rv:{random}"),
        };
        assert_eq!(around.trace_state, expected);
        assert_eq!(inside[0].trace_state, expected, "handed on to all below");
    }
}

#[tokio::test]
async fn the_trace_of_several_has_the_greatest_randomness_of_those_that_are_recorded() {
    let broker = Broker::start(&[TOPIC]);
    let callers = [sampled("ot=th:8"), sampled("ot=th:8"), unsampled()];
    sent(&broker, &callers.each_ref()).await;
    let consumer = broker.consumer(&[TOPIC], 3, Relation::Link);
    let (around, _, _) = taken(&consumer).await;

    let greatest = callers[..2].iter().map(randomness).max().unwrap();
    assert_eq!(around.trace_state, format!("ot=rv:{greatest}"));
}

#[tokio::test]
async fn by_relation_parent_each_message_goes_on_in_its_producers_trace_or_is_nowhere() {
    let broker = Broker::start(&[TOPIC]);
    let (kept, dropped) = (sampled("ot=th:8"), unsampled());
    sent(&broker, &[&kept, &dropped]).await;
    let consumer = broker.consumer(&[TOPIC], 2, Relation::Parent);
    let (around, inside, recorded) = taken(&consumer).await;

    assert_eq!(inside[0].trace_id, kept.trace_id);
    assert_eq!(inside[0].trace_state, "ot=th:8", "its own, not the batch's");
    assert!(recorder().trace(kept.trace_id).has("process orders"));
    assert_eq!(inside[1].trace_id, dropped.trace_id);
    assert!(recorder().trace(dropped.trace_id).is_empty());
    // The batch is a trace of its own, and recorded because one of them is.
    assert!(around.sampled && recorded.has("process_batch orders"));
}
