//! Puts fulfillment together: store, consumer, routes and listener. The tests use the same build.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use contracts::Faults;
use database::{OpenError, Url};
use rdkafka::consumer::{Consumer, StreamConsumer};
use serving::listen::Limits;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::http::ServerLayer;
use shared_telemetry::{Service, task};
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::dead_letter_publisher::DeadLetterPublisher;
use crate::inventory_client::InventoryClient;
use crate::order_consumer::{OrderConsumer, OrderProcessor, lag};
use crate::order_store::{OrderStore, PostgresOrderStore, SqliteOrderStore};
use crate::{lag_api, order_api, telemetry};

/// How long the consumer may take to leave its group.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Fulfillment, ready to run.
pub struct App {
    addr: SocketAddr,
    store: Store,
    parts: Parts,
}

/// The order database, as `DATABASE_URL` says it.
#[derive(Clone)]
enum Store {
    Sqlite(SqliteOrderStore),
    Postgres(PostgresOrderStore),
}

/// All that does not depend on the database.
struct Parts {
    listener: TcpListener,
    router: Router,
    limits: Limits,
    consumer: OrderConsumer,
    inventory: InventoryClient,
    dead_letters: DeadLetterPublisher,
    faults: Faults,
}

impl App {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("fulfillment", env!("CARGO_PKG_VERSION"), "unbroken")
        .with_secret_names(contracts::telemetry::SECRET_NAMES);
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    fn health_addr(settings: &Settings) -> SocketAddr {
        settings.http_addr
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let listener = serving::listen::bind(settings.http_addr).await?;
        let addr = listener.local_addr()?;
        let store = Store::open(&settings.database).await.map_err(|error| {
            let what = format!(
                "the order database {} could not be opened",
                settings.database
            );
            StartError::new(what, error)
        })?;
        let dead_letters = DeadLetterPublisher::new(&settings.kafka_brokers)
            .map_err(|error| StartError::new("the Kafka producer could not be made", error))?;
        let consumer = OrderConsumer::new(&settings)
            .map_err(|error| StartError::new("the Kafka consumer could not be made", error))?;
        let inventory =
            InventoryClient::new(settings.inventory_grpc_url, settings.reserve_deadline);
        let router = match &store {
            Store::Sqlite(store) => router(store.clone(), consumer.inner()),
            Store::Postgres(store) => router(store.clone(), consumer.inner()),
        };
        let parts = Parts {
            listener,
            router,
            limits: settings.limits,
            consumer,
            inventory,
            dead_letters,
            faults: settings.faults,
        };
        Ok(Self { addr, store, parts })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        match self.store {
            Store::Sqlite(store) => self.parts.run(store, shutdown).await,
            Store::Postgres(store) => self.parts.run(store, shutdown).await,
        }
    }
}

impl Store {
    async fn open(database: &Url) -> Result<Self, OpenError> {
        Ok(match database {
            Url::Sqlite(file) => Self::Sqlite(SqliteOrderStore::open(file).await?),
            Url::Postgres(address) => Self::Postgres(PostgresOrderStore::open(address).await?),
        })
    }
}

impl Parts {
    async fn run<S: OrderStore>(self, store: S, shutdown: Shutdown) -> Result<(), StartError> {
        let processor = OrderProcessor {
            store,
            inventory: self.inventory,
            dead_letters: self.dead_letters,
            faults: self.faults,
            shutdown: shutdown.clone(),
        };
        let consumed = async {
            let consumed = self.consumer.run(&processor, &shutdown).await;
            consumed.map_err(|error| StartError::new("no more orders can be taken", error))
        };
        // All in one task, so that a panic or an error in one ends the other: half a service would
        // look healthy.
        let watched = async {
            lag::watch(self.consumer.inner(), &shutdown).await;
            Ok(())
        };
        let worked = tokio::try_join!(
            serving::listen::serve(self.listener, self.router, self.limits, shutdown.clone()),
            consumed,
            watched,
        );
        close(self.consumer).await;
        processor.store.close().await;
        worked.map(|_| ())
    }
}

fn router<S: OrderStore>(store: S, consumer: Arc<StreamConsumer>) -> Router {
    let api = order_api::routes(store.clone()).merge(lag_api::routes(Arc::clone(&consumer)));
    let ready = move || {
        let (store, consumer) = (store.clone(), Arc::clone(&consumer));
        async move { ready(&store, &consumer).await }
    };
    serving::routes(api, ServerLayer::new(), ready)
}

async fn ready(store: &impl OrderStore, consumer: &StreamConsumer) -> Result<(), String> {
    store.ready().await.map_err(|error| error.to_string())?;
    match consumer.assignment() {
        Ok(assigned) if assigned.count() > 0 => Ok(()),
        Ok(_) => Err("no partition is assigned to this consumer".to_owned()),
        Err(error) => Err(format!("the consumer has no assignment: {error}")),
    }
}

/// Leaves the group and closes the consumer: on a thread of its own, because after an outage of
/// all brokers librdkafka has been seen to hang there for good.
async fn close(consumer: OrderConsumer) {
    let (closed, wait) = tokio::sync::oneshot::channel();
    let spawned = task::thread("close-consumer", move || {
        drop(consumer);
        // Nobody may be waiting any more.
        let _ = closed.send(());
    });
    if spawned.is_err() || tokio::time::timeout(CLOSE_TIMEOUT, wait).await.is_err() {
        telemetry::consumer_left_hanging();
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::mocking::MockCluster;

    use super::*;

    #[tokio::test]
    async fn when_it_has_stopped_its_database_is_closed() {
        let broker = MockCluster::new(1).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("orders.db").display());
        let environment = Environment::from_pairs([
            ("HTTP_ADDR", "127.0.0.1:0"),
            ("DATABASE_URL", &database),
            ("KAFKA_BROKERS", &broker.bootstrap_servers()),
        ]);
        let settings = App::settings(&environment).unwrap();
        let app = App::build(settings).await.unwrap();
        let Store::Sqlite(store) = app.store.clone() else {
            unreachable!("the settings name a file")
        };
        store.ready().await.unwrap();
        let (trigger, shutdown) = Shutdown::new();
        trigger.request();
        app.run(shutdown).await.unwrap();
        store.ready().await.unwrap_err();
    }
}
