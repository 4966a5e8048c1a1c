//! The Kafka broker: librdkafka's mock cluster, in this process, over real TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, Producer as _};
use rdkafka::types::{RDKafka, RDKafkaRespErr};
use serving::StartError;
use shared_telemetry::task;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;

/// Partitions of each topic: as in the compose file, so that keys and order matter here too.
const PARTITIONS: i32 = 3;
/// Every broker of the cluster, to the cluster.
const ALL: i32 = -1;

/// Connections to the usual address at the same time: tools, not services.
const MAX_TOOLS: usize = 64;
/// So that a lack of file handles does not make the door spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The broker and its addresses. It lives as long as this value; what is in it is forgotten then.
pub struct Broker {
    owner: BaseProducer,
    /// Where the broker itself listens, for the services.
    pub bootstrap: String,
    /// The usual address, for tools: it leads to the broker.
    pub public: SocketAddr,
}

impl Broker {
    /// Starts the broker with `topics`, and a door to it at `public`, or at another port when
    /// that one is taken.
    ///
    /// # Errors
    /// When the process may not open sockets on 127.0.0.1.
    pub async fn start(topics: &[&str], public: SocketAddr) -> Result<Self, StartError> {
        let failed = |error| StartError::new("the Kafka broker could not start", error);
        let owner: BaseProducer = ClientConfig::new()
            .set("test.mock.num.brokers", "1")
            // Its own chatter about being a mock.
            .set("log_level", "3")
            .create()
            .map_err(failed)?;
        let bootstrap = {
            let cluster = owner.client().mock_cluster().ok_or_else(|| {
                StartError::new(
                    "the Kafka broker could not start",
                    "librdkafka made no cluster",
                )
            })?;
            for topic in topics {
                cluster.create_topic(topic, PARTITIONS, 1).map_err(failed)?;
            }
            // As a real broker does; this one would make any topic that it is asked for.
            let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
            cluster
                .topic_error(contracts::topics::REFUSED, refusal)
                .map_err(failed)?;
            cluster.bootstrap_servers()
        };
        join_groups_at_once(owner.client().native_ptr());
        let public = open_door(public, bootstrap.clone()).await?;
        Ok(Self {
            owner,
            bootstrap,
            public,
        })
    }

    /// Goes away and comes back as `switch` says, for as long as it is polled. Away means: every
    /// connection is cut, and whoever connects is cut off again. What is in it stays.
    pub(crate) async fn obey(&self, switch: &mut Switch) {
        loop {
            let up = switch.turned().await;
            let set = self.owner.client().mock_cluster().map(|cluster| {
                if up {
                    cluster.broker_up(ALL)
                } else {
                    cluster.broker_down(ALL)
                }
            });
            match (set, up) {
                (Some(Ok(())), false) => tracing::warn!("the Kafka broker is down, as asked"),
                (Some(Ok(())), true) => tracing::info!("the Kafka broker is up again, as asked"),
                (Some(Err(error)), _) => {
                    tracing::error!(%error, "the Kafka broker did not do as asked");
                }
                (None, _) => {}
            }
        }
    }
}

/// Takes the broker away by SIGUSR1 and brings it back by SIGUSR2.
pub(crate) struct Switch {
    down: Signal,
    up: Signal,
}

impl Switch {
    /// Takes over both signals; from here on they no longer end the process.
    pub(crate) fn take_over() -> std::io::Result<Self> {
        Ok(Self {
            down: signal(SignalKind::user_defined1())?,
            up: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits for one of them: true is up. Of two that wait, down comes first, so that the broker
    /// is never left away by who has brought it back.
    async fn turned(&mut self) -> bool {
        tokio::select! {
            biased;
            _ = self.down.recv() => false,
            _ = self.up.recv() => true,
        }
    }
}

/// Takes away the three seconds that the cluster waits for more members before it lets the first
/// one in: nobody else will come, and the first order is not to wait for them.
#[allow(unsafe_code)]
fn join_groups_at_once(owner: *mut RDKafka) {
    // SAFETY: `owner` is a live handle, borrowed from the client for this call, and was made
    // with a mock cluster, so the second call gets the pointer that belongs to it.
    unsafe {
        let cluster = rdkafka::bindings::rd_kafka_handle_mock_cluster(owner);
        rdkafka::bindings::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
    }
}

/// The mock cluster chooses its own port. Whoever connects to the usual one is passed on, and
/// learns the real address from the first answer, as Kafka clients do.
async fn open_door(wanted: SocketAddr, broker: String) -> Result<SocketAddr, StartError> {
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(busy) => {
            tracing::warn!(
                "port {} for Kafka is not free ({busy}): using another",
                wanted.port()
            );
            serving::listen::bind(SocketAddr::new(wanted.ip(), 0)).await?
        }
    };
    let address = listener.local_addr()?;
    let places = Arc::new(Semaphore::new(MAX_TOOLS));
    task::spawn(async move {
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            // A failed accept is about one client or a lack of file handles; both pass.
            let Ok((mut client, _)) = listener.accept().await else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let broker = broker.clone();
            task::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(broker).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
                drop(place);
            });
        }
    });
    Ok(address)
}
