//! The Kafka broker: librdkafka's mock cluster, in this process, over real TCP.

use std::net::SocketAddr;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, Producer as _};
use rdkafka::types::RDKafka;
use serving::StartError;
use shared_telemetry::task;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Partitions of each topic: as in the compose file, so that keys and order matter here too.
const PARTITIONS: i32 = 3;

/// The broker and its addresses. It lives as long as this value; what is in it is forgotten then.
pub struct Broker {
    _owner: BaseProducer,
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
            cluster.bootstrap_servers()
        };
        join_groups_at_once(owner.client().native_ptr());
        let public = open_door(public, bootstrap.clone()).await?;
        Ok(Self {
            _owner: owner,
            bootstrap,
            public,
        })
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
    task::spawn(async move {
        loop {
            // A failed accept is about one client or a lack of file handles; both pass.
            let Ok((mut client, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let broker = broker.clone();
            task::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(broker).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    Ok(address)
}
