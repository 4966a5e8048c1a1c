//! Puts fulfillment together: store, consumer, routes and listener. The tests use the same build.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use database::Url;
use rdkafka::consumer::{Consumer, StreamConsumer};
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::http::ServerLayer;
use shared_telemetry::{Service, task};
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::dead_letter_publisher::DeadLetterPublisher;
use crate::inventory_client::InventoryClient;
use crate::order_consumer::{OrderConsumer, OrderProcessor};
use crate::order_store::{OrderStore, SqliteOrderStore};
use crate::{lag_api, order_api, telemetry};

/// How long the consumer may take to leave its group.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Fulfillment, ready to run.
pub struct App {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
    consumer: OrderConsumer,
    store: SqliteOrderStore,
    inventory: InventoryClient,
    dead_letters: DeadLetterPublisher,
}

impl App {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("fulfillment", env!("CARGO_PKG_VERSION"), "unbroken");
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let listener = serving::listen::bind(settings.http_addr).await?;
        let addr = listener.local_addr()?;
        let Url::Sqlite(file) = &settings.database;
        let store = SqliteOrderStore::open(file).await.map_err(|error| {
            let what = format!("the order database {} could not be opened", file.display());
            StartError::new(what, error)
        })?;
        let dead_letters = DeadLetterPublisher::new(&settings.kafka_brokers)
            .map_err(|error| StartError::new("the Kafka producer could not be made", error))?;
        let consumer = OrderConsumer::new(&settings)
            .map_err(|error| StartError::new("the Kafka consumer could not be made", error))?;
        let inventory =
            InventoryClient::new(settings.inventory_grpc_url, settings.reserve_deadline);
        let router = router(store.clone(), consumer.inner());
        Ok(Self {
            listener,
            addr,
            router,
            consumer,
            store,
            inventory,
            dead_letters,
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        let Self {
            listener,
            router,
            consumer,
            store,
            inventory,
            dead_letters,
            ..
        } = self;
        let processor = OrderProcessor {
            store,
            inventory,
            dead_letters,
            shutdown: shutdown.clone(),
        };
        // In one task, so that a panic in one ends the other: half a service would look healthy.
        let (served, ()) = tokio::join!(
            serving::listen::serve(listener, router, shutdown.clone()),
            consumer.run(&processor, &shutdown),
        );
        close(consumer).await;
        processor.store.close().await;
        served
    }
}

fn router(store: SqliteOrderStore, consumer: Arc<StreamConsumer>) -> Router {
    let api = order_api::routes(store.clone()).merge(lag_api::routes(Arc::clone(&consumer)));
    let ready = move || {
        let (store, consumer) = (store.clone(), Arc::clone(&consumer));
        async move { ready(&store, &consumer).await }
    };
    serving::routes(api, ServerLayer::new(), ready)
}

async fn ready(store: &SqliteOrderStore, consumer: &StreamConsumer) -> Result<(), String> {
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
        let store = app.store.clone();
        store.ready().await.unwrap();
        let (trigger, shutdown) = Shutdown::new();
        trigger.request();
        app.run(shutdown).await.unwrap();
        store.ready().await.unwrap_err();
    }
}
