//! Tells the world about an order: `order.created` on Kafka, and waits for the broker's word.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contracts::{Fault, Faults, OrderCreated, topics};
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::{FutureProducer, Producer as _};
use shared_telemetry::kafka::{Outgoing, Producer};
use shared_telemetry::task;
use tokio::sync::Mutex;

/// How long the broker may take to answer a probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the answer to a probe is good for the next one.
const PROBE_TTL: Duration = Duration::from_secs(1);

/// The last time a probe was answered, and how.
type Probe = Option<(Instant, Result<(), String>)>;

/// Publishes orders. Cheap to clone.
#[derive(Clone)]
pub(crate) struct OrderPublisher {
    producer: Producer,
    faults: Faults,
    probe: Arc<Mutex<Probe>>,
}

/// The broker did not acknowledge the order, so nothing was promised.
///
/// That is no proof that the broker has not heard it: a message may be written and only its
/// acknowledgement lost. Then fulfillment reserves an order for which nobody will ask.
#[derive(Debug, thiserror::Error)]
#[error("the message broker did not acknowledge the order")]
pub(crate) struct NotAcknowledged(#[from] KafkaError);

impl OrderPublisher {
    /// A publisher that gives a message up after `delivery_timeout`. Needs no broker yet.
    pub(crate) fn new(
        brokers: &str,
        delivery_timeout: Duration,
        faults: Faults,
    ) -> Result<Self, KafkaError> {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("client.id", "gateway")
            // A retry inside librdkafka can neither repeat an order nor reorder two.
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set(
                "message.timeout.ms",
                delivery_timeout.as_millis().to_string(),
            )
            // While it waits to connect again, which by default may be ten seconds, nothing is
            // given up: who orders would wait for longer than the delivery may take.
            .set("reconnect.backoff.max.ms", "1000")
            // Gathers what is sent at once; a lone order does not feel it.
            .set("linger.ms", "1")
            // While the broker is away orders wait here: a bounded crowd.
            .set("queue.buffering.max.messages", "10000")
            .set("queue.buffering.max.kbytes", "65536")
            .create()?;
        Ok(Self {
            producer: Producer::new(producer),
            faults,
            probe: Arc::default(),
        })
    }

    /// Returns when the broker has the order on all its in-sync replicas.
    pub(crate) async fn publish(&self, order: &OrderCreated) -> Result<(), NotAcknowledged> {
        let payload = order.encode();
        let topic = if self.faults.asked(Fault::GatewayBrokerRejects) {
            topics::REFUSED
        } else {
            topics::ORDER_CREATED
        };
        let record = Outgoing {
            topic,
            key: order.order_id.as_bytes(),
            payload: &payload,
            headers: &[("content-type", b"application/json")],
            message_id: Some(&order.order_id),
        };
        // A full queue means that the broker has been silent for long: no use in waiting more.
        self.producer.send(record, Duration::ZERO).await?;
        Ok(())
    }

    /// Whether a broker answers. Asks at most once a second, whoever probes.
    pub(crate) async fn ready(&self) -> Result<(), String> {
        let mut probe = self.probe.lock().await;
        if let Some((asked, answer)) = &*probe
            && asked.elapsed() < PROBE_TTL
        {
            return answer.clone();
        }
        let producer = self.producer.inner().clone();
        let ask = task::spawn_blocking(move || {
            // Naming the topic keeps the answer small, and lets a new broker create it.
            producer
                .client()
                .fetch_metadata(Some(topics::ORDER_CREATED), PROBE_TIMEOUT)
        });
        let answer = match ask.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(format!("no message broker answers: {error}")),
            Err(_) => Err("the probe of the message broker was stopped".to_owned()),
        };
        *probe = Some((Instant::now(), answer.clone()));
        answer
    }
}
