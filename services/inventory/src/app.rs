//! Puts inventory together: store, both servers and their listeners. The tests use the same build.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use contracts::inventory::inventory_server::InventoryServer;
use database::Url;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::{Service, grpc, http};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::config::Settings;
use crate::reservation_api::{self, Desk};
use crate::stock_api;
use crate::stock_store::{SqliteStockStore, StockStore};

/// How long calls may take to end once the process is asked to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Inventory, ready to run.
#[derive(Debug)]
pub struct App {
    http: TcpListener,
    grpc: TcpListener,
    http_addr: SocketAddr,
    grpc_addr: SocketAddr,
    router: Router,
    inventory: InventoryServer<Desk<SqliteStockStore>>,
    store: SqliteStockStore,
}

impl App {
    /// Where HTTP is answered.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// Where gRPC is answered.
    #[must_use]
    pub fn grpc_addr(&self) -> SocketAddr {
        self.grpc_addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("inventory", env!("CARGO_PKG_VERSION"), "unbroken");
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let Url::Sqlite(file) = &settings.database;
        let store = SqliteStockStore::open(file).await.map_err(|error| {
            let what = format!("the stock database {} could not be opened", file.display());
            StartError::new(what, error)
        })?;
        let http = serving::listen::bind(settings.http_addr).await?;
        let grpc = serving::listen::bind(settings.grpc_addr).await?;
        let inventory = reservation_api::service(store.clone());
        let api = stock_api::routes(store.clone());
        let asked = store.clone();
        let ready = move || {
            let store = asked.clone();
            async move { store.ready().await.map_err(|error| error.to_string()) }
        };
        Ok(Self {
            http_addr: http.local_addr()?,
            grpc_addr: grpc.local_addr()?,
            http,
            grpc,
            router: serving::routes(api, http::ServerLayer::new(), ready),
            inventory,
            store,
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        let Self {
            http,
            grpc,
            router,
            inventory,
            store,
            ..
        } = self;
        let served = tokio::try_join!(
            serving::listen::serve(http, router, shutdown.clone()),
            serve_grpc(grpc, inventory, shutdown),
        );
        store.close().await;
        served.map(|_| ())
    }
}

async fn serve_grpc(
    listener: TcpListener,
    inventory: InventoryServer<Desk<SqliteStockStore>>,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let stop = shutdown.clone();
    let serve = Server::builder()
        .layer(grpc::ServerLayer::new())
        .add_service(inventory)
        .serve_with_incoming_shutdown(incoming, async move { stop.requested().await });
    let overdue = async {
        shutdown.requested().await;
        sleep(DRAIN).await;
    };
    tokio::select! {
        served = serve => {
            served.map_err(|error| StartError::new("the gRPC server ended", error))
        }
        // A client that never lets go of its call must not keep the process.
        () = overdue => Ok(()),
    }
}
