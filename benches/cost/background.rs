//! What the measured programs talk to: a collector and a Kafka broker, outside of valgrind.

use benches::collector::{Arrived, Collector};
use benches::{kafka, service};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};
use tokio::runtime::Runtime;

pub(crate) struct Background {
    /// The collector's URL.
    pub(crate) endpoint: String,
    /// The broker's address.
    pub(crate) broker: String,
    collector: Collector,
    _cluster: MockCluster<'static, DefaultProducerContext>,
    _runtime: Runtime,
}

impl Background {
    /// Starts both, with that many messages to consume.
    pub(crate) fn start(messages: u32) -> Self {
        let runtime = Runtime::new().expect("threads to run on");
        let collector = Collector::default();
        let endpoint = runtime.block_on(collector.clone().serve());
        let cluster = MockCluster::new(1).expect("a mock broker");
        let broker = cluster.bootstrap_servers();
        for (topic, traceparent) in [
            (kafka::TOPIC, service::SAMPLED),
            (kafka::UNSAMPLED, service::UNSAMPLED),
        ] {
            cluster.create_topic(topic, 1, 1).expect("a new topic");
            runtime.block_on(produce(&broker, topic, traceparent, messages));
        }
        Self {
            endpoint,
            broker,
            collector,
            _cluster: cluster,
            _runtime: runtime,
        }
    }

    /// What has come so far.
    pub(crate) fn arrived(&self) -> Arrived {
        self.collector.arrived()
    }
}

/// Orders as the shop sends them, each in the trace of its producer.
async fn produce(broker: &str, topic: &str, traceparent: &str, messages: u32) {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", broker)
        .create()
        .expect("a legal configuration");
    let payload = [b'x'; 300];
    let sent = (0..messages).map(|_| {
        let headers = OwnedHeaders::new().insert(Header {
            key: "traceparent",
            value: Some(traceparent),
        });
        let record = FutureRecord::to(topic)
            .key("order-1")
            .payload(&payload[..])
            .headers(headers);
        producer.send_result(record).map_err(|(error, _)| error)
    });
    for delivery in sent.collect::<Vec<_>>() {
        let delivery = delivery.expect("a place in the queue").await;
        delivery
            .expect("the producer lives")
            .expect("the broker is up");
    }
}
