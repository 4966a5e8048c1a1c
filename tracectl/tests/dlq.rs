//! `tracectl dlq` as an operator runs it, against a broker in this process.

#![allow(clippy::unwrap_used)] // Clippy does not know that this file is a test's.

mod canned;

use std::time::Duration;

use canned::{Output, Server};
use contracts::topics::{ORDER_CREATED, ORDER_CREATED_DLQ};
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::{Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const CHECKOUT: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const GIVEN_UP: &str = "91ab0000000000000000000000000001";

struct Broker(MockCluster<'static, DefaultProducerContext>);

/// A record as it was sent once more.
#[derive(Debug)]
struct Sent {
    key: Vec<u8>,
    payload: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Broker {
    fn start() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        for topic in [ORDER_CREATED, ORDER_CREATED_DLQ] {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        Self(cluster)
    }

    async fn put(&self, key: &[u8], payload: &[u8], headers: &[(&str, &[u8])]) {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", self.0.bootstrap_servers())
            .set("message.max.bytes", "4194304")
            .create()
            .unwrap();
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| {
                let value = Some(*value);
                all.insert(Header { key, value })
            });
        let record = FutureRecord::to(ORDER_CREATED_DLQ)
            .key(key)
            .payload(payload)
            .headers(headers);
        producer.send(record, PATIENCE).await.unwrap();
    }

    /// A dead letter as fulfillment writes it.
    async fn put_order(&self, id: &str) {
        let (traceparent, original) = (
            format!("00-{GIVEN_UP}-00f067aa0ba902b7-01"),
            format!("00-{CHECKOUT}-00f067aa0ba902b8-01"),
        );
        let headers: [(&str, &[u8]); 9] = [
            ("content-type", b"application/json"),
            ("error", b"it is impossible"),
            ("attempts", b"6"),
            ("original.topic", b"order.created"),
            ("original.partition", b"2"),
            ("original.offset", b"17"),
            ("original.traceparent", original.as_bytes()),
            ("traceparent", traceparent.as_bytes()),
            ("baggage", b"demo.fault=fulfillment.poison"),
        ];
        self.put(id.as_bytes(), b"{\"an\":\"order\"}", &headers)
            .await;
    }

    async fn dlq(&self, arguments: &[&str]) -> Output {
        let brokers = self.0.bootstrap_servers();
        let place = ["--brokers", &brokers];
        let all: Vec<&str> = ["dlq"]
            .iter()
            .chain(arguments)
            .chain(&place)
            .copied()
            .collect();
        canned::run(Server::default().not_told(), &all).await
    }

    /// Everything on the topic of the orders, which has `count` records.
    async fn sent(&self, count: usize) -> Vec<Sent> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.0.bootstrap_servers())
            .set("group.id", "test")
            .create()
            .unwrap();
        let ends = consumer.fetch_watermarks(ORDER_CREATED, 0, PATIENCE);
        assert_eq!(ends.unwrap().1, i64::try_from(count).unwrap());
        let mut all = TopicPartitionList::new();
        all.add_partition_offset(ORDER_CREATED, 0, Offset::Beginning)
            .unwrap();
        consumer.assign(&all).unwrap();
        let mut sent = Vec::new();
        while sent.len() < count {
            let record = tokio::time::timeout(PATIENCE, consumer.recv())
                .await
                .unwrap()
                .unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = record.headers().unwrap();
            sent.push(Sent {
                key: record.key().unwrap().to_vec(),
                payload: record.payload().unwrap_or_default().to_vec(),
                headers: headers
                    .iter()
                    .map(|one| (one.key.to_owned(), text(one.value.unwrap())))
                    .collect(),
            });
        }
        sent
    }
}

impl Sent {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[tokio::test]
async fn a_dead_letter_is_told_with_its_cause_its_place_and_both_its_traces() {
    let broker = Broker::start();
    broker.put_order("o-1").await;
    let out = broker.dlq(&["list"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    let text = out.stdout;
    assert!(
        text.starts_with("1 dead letter on order.created.dlq\n\n0/0  20"),
        "{text}"
    );
    for told in [
        "order o-1\n",
        "error           it is impossible\n",
        "attempts        6\n",
        "was at          order.created 2/17\n",
        "value           14 bytes\n",
        "given up in     91ab0000000000000000000000000001 span 00f067aa0ba902b7\n",
        "checkout trace  4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b8\n",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let out = broker.dlq(&["list", "--json"]).await;
    let all: Value = serde_json::from_str(&out.stdout).unwrap();
    let letter = &all["letters"][0];
    assert_eq!(all["count"], 1);
    assert_eq!(letter["order_id"], "o-1");
    assert_eq!(letter["attempts"], 6);
    assert_eq!(
        letter["original"],
        json!({"topic": "order.created", "partition": 2, "offset": 17})
    );
    assert_eq!(letter["given_up"]["trace_id"], GIVEN_UP);
    assert_eq!(letter["checkout"]["trace_id"], CHECKOUT);
}

#[tokio::test]
async fn what_a_stranger_has_put_there_is_told_without_harm() {
    let broker = Broker::start();
    let long = vec![b'x'; 900_000];
    let hostile: [(&str, &[u8]); 4] = [
        ("error", b"\x1b[2J\xffgone\n0/9  forged"),
        ("attempts", b"many"),
        ("original.topic", &long),
        ("original.traceparent", b"00-not-one"),
    ];
    broker
        .put(b"\x00\xff\x1b]0;x\x07", b"no order", &hostile)
        .await;
    broker.put(b"", &long, &[]).await;
    let out = broker.dlq(&["list"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    let text = out.stdout;
    assert!(
        text.chars().all(|char| char == '\n' || !char.is_control()),
        "{text:?}"
    );
    assert!(text.len() < 3_000, "{} bytes", text.len());
    assert!(
        text.contains("order \\u{0}\\xff\\u{1b}]0;x\\u{7}\n"),
        "{text}"
    );
    assert!(
        text.contains("\\u{1b}[2J\\xffgone\\n0/9  forged\n"),
        "{text}"
    );
    assert!(text.contains("order unknown\n"), "{text}");
    assert!(text.contains("value           900000 bytes\n"), "{text}");
    let out = broker.dlq(&["list", "--json"]).await;
    let all: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(all["letters"][0]["attempts"], Value::Null);
    assert_eq!(all["letters"][0]["checkout"], Value::Null);
}

#[tokio::test]
async fn of_many_letters_the_newest_are_told_and_all_are_counted() {
    let broker = Broker::start();
    for number in 0..5 {
        broker
            .put(format!("o-{number}").as_bytes(), b"x", &[])
            .await;
    }
    let out = broker.dlq(&["list", "--limit", "2", "--json"]).await;
    let all: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!((&all["count"], &all["shown"]), (&json!(5), &json!(2)));
    let letters = all["letters"].as_array().unwrap().iter();
    let ids: Vec<_> = letters.map(|letter| &letter["order_id"]).collect();
    assert_eq!(ids, ["o-3", "o-4"]);
}

#[tokio::test]
async fn an_empty_topic_is_an_answer_and_a_missing_one_or_no_broker_is_none() {
    let broker = Broker::start();
    let out = broker.dlq(&["list"]).await;
    assert_eq!(
        (out.code, out.stdout.as_str()),
        (0, "no dead letters on order.created.dlq\n")
    );
    let out = broker.dlq(&["replay", "--all"]).await;
    assert_eq!(
        (out.code, out.stdout.as_str()),
        (0, "no dead letters on order.created.dlq\n")
    );

    let missing = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    broker.0.topic_error(ORDER_CREATED_DLQ, missing).unwrap();
    for command in [&["list"][..], &["replay", "--all"]] {
        let out = broker.dlq(command).await;
        assert_eq!(out.code, 2, "{}", out.stdout);
        assert!(
            out.stderr
                .contains("there is no topic order.created.dlq at"),
            "{}",
            out.stderr
        );
    }
    let nobody = [
        "dlq",
        "list",
        "--brokers",
        "127.0.0.1:1",
        "--timeout",
        "500ms",
    ];
    let out = canned::run(Server::default().not_told(), &nobody).await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr
            .contains("the Kafka broker at 127.0.0.1:1 does not answer"),
        "{}",
        out.stderr
    );
}

#[tokio::test]
async fn a_replay_sends_the_message_as_it_was_and_nothing_of_the_letter_but_whose_it_is() {
    let broker = Broker::start();
    broker.put_order("o-1").await;
    broker.put_order("o-2").await;
    let out = broker.dlq(&["replay", "--order", "o-2"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    let mut lines = out.stdout.lines();
    assert_eq!(
        lines.next(),
        Some("sent 0/1 order o-2: acknowledged as order.created 0/0")
    );
    assert_eq!(lines.next(), Some("1 of 1 sent"));
    let trace = lines.next().unwrap();
    let id = trace
        .strip_prefix("replay trace ")
        .unwrap()
        .get(..32)
        .unwrap();

    let sent = &broker.sent(1).await[0];
    assert_eq!(sent.key, b"o-2");
    assert_eq!(sent.payload, b"{\"an\":\"order\"}");
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("replayed"), Some("0/1"));
    let original = sent.header("original.traceparent").unwrap();
    assert!(original.contains(CHECKOUT), "{original}");
    let traceparent = sent.header("traceparent").unwrap();
    assert!(traceparent.contains(id), "{traceparent} is not of {id}");
    assert!(id != GIVEN_UP && id != CHECKOUT, "a trace of its own");
    assert_eq!(sent.headers.len(), 4, "no baggage, no error: {sent:?}");
}

#[tokio::test]
async fn a_message_that_was_put_aside_again_and_again_is_sent_once() {
    let broker = Broker::start();
    for id in ["o-1", "o-2", "o-1", "o-1"] {
        broker.put_order(id).await;
    }
    let out = broker.dlq(&["replay", "--all", "--dry-run"]).await;
    assert_eq!(
        (out.code, out.stdout.as_str()),
        (
            0,
            "would send 0/1 order o-2 to order.created\n\
             would send 0/3 order o-1 to order.created\n\
             2 would be sent, 2 older letters of the same messages left alone\n"
        ),
    );
    broker.sent(0).await;
    let out = broker.dlq(&["replay", "--all"]).await;
    assert!(
        out.stdout.contains("2 of 2 sent, 2 older"),
        "{}",
        out.stdout
    );
    let keys: Vec<_> = broker
        .sent(2)
        .await
        .into_iter()
        .map(|sent| sent.key)
        .collect();
    assert_eq!(keys, [b"o-2", b"o-1"]);
    // A place is taken at its word.
    let out = broker.dlq(&["replay", "--at", "0/0"]).await;
    assert!(
        out.stdout.starts_with("sent 0/0 order o-1"),
        "{}",
        out.stdout
    );
}

#[tokio::test]
async fn a_failure_in_the_middle_says_what_was_sent_and_what_was_not() {
    let broker = Broker::start();
    for id in ["o-1", "o-2", "o-3"] {
        broker.put_order(id).await;
    }
    let answers = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    ];
    broker.0.request_errors(RDKafkaApiKey::Produce, &answers);
    let out = broker.dlq(&["replay", "--all"]).await;
    assert_eq!(out.code, 1, "{}", out.stdout);
    assert!(
        out.stdout.starts_with(
            "sent 0/0 order o-1: acknowledged as order.created 0/0\n1 of 3 sent\nreplay trace "
        ),
        "{}",
        out.stdout
    );
    assert!(
        out.stderr
            .contains("0/1 failed: the broker has not acknowledged it")
            && out.stderr.contains("not sent: 0/1, 0/2"),
        "{}",
        out.stderr
    );
    broker.sent(1).await;
}

#[tokio::test]
async fn what_cannot_be_replayed_is_exit_code_1_with_the_reason() {
    let broker = Broker::start();
    broker
        .put(b"o-1", b"", &[("original.value_bytes", b"5000000")])
        .await;
    let out = broker.dlq(&["replay", "--all"]).await;
    assert_eq!(out.code, 1);
    assert!(
        out.stderr.contains("0/0 failed: its value was left out"),
        "{}",
        out.stderr
    );
    for (choice, told) in [
        (["--order", "o-9"], "no dead letter of order o-9"),
        (["--at", "0/9"], "no dead letter at 0/9"),
    ] {
        let out = broker.dlq(&["replay", choice[0], choice[1]]).await;
        assert_eq!(out.code, 1);
        assert!(out.stderr.contains(told), "{}", out.stderr);
    }
    broker.sent(0).await;
    for wrong in [
        &["replay"][..],
        &["replay", "--at", "3"],
        &["replay", "--all", "--at", "0/0"],
    ] {
        let out = broker.dlq(wrong).await;
        assert_eq!(out.code, 2, "{wrong:?}: {}", out.stdout);
    }
}
