//! What the measured programs talk to: a collector and a Kafka broker, outside of valgrind.

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};
use shared_telemetry::otlp::proto::collector::trace::v1::trace_service_server::TraceServiceServer;
use shared_telemetry::task;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::transport::server::TcpIncoming;

use crate::sink::Sink;
use crate::{kafka, request};

pub(crate) struct Background {
    /// The collector's URL.
    pub(crate) collector: String,
    /// The broker's address.
    pub(crate) broker: String,
    sink: Sink,
    _cluster: MockCluster<'static, DefaultProducerContext>,
    _runtime: Runtime,
}

impl Background {
    /// Starts both, with that many messages to consume.
    pub(crate) fn start(messages: u32) -> Self {
        let runtime = Runtime::new().expect("threads to run on");
        let sink = Sink::default();
        let collector = runtime.block_on(collect(sink.clone()));
        let cluster = MockCluster::new(1).expect("a mock broker");
        let broker = cluster.bootstrap_servers();
        for (topic, traceparent) in [
            (kafka::TOPIC, request::SAMPLED),
            (kafka::UNSAMPLED, request::UNSAMPLED),
        ] {
            cluster.create_topic(topic, 1, 1).expect("a new topic");
            runtime.block_on(produce(&broker, topic, traceparent, messages));
        }
        Self {
            collector,
            broker,
            sink,
            _cluster: cluster,
            _runtime: runtime,
        }
    }

    /// How many spans have arrived so far.
    pub(crate) fn spans(&self) -> u64 {
        self.sink.spans()
    }
}

async fn collect(sink: Sink) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = tonic::transport::Server::builder().add_service(TraceServiceServer::new(sink));
    task::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    format!("http://{address}")
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
