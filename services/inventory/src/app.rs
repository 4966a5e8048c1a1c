//! Puts inventory together: store, both servers and their listeners. The tests use the same build.

use std::net::SocketAddr;

use axum::Router;
use serving::listen::Limits;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::{Service, http};
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::config::Settings;
use crate::reservation_api;
use crate::stock_api;
use crate::stock_levels::StockLevels;
use crate::stock_store::{ChosenStockStore, StockStore};
use crate::telemetry;

/// Inventory, ready to run.
#[derive(Debug)]
pub struct App {
    http: TcpListener,
    grpc: TcpListener,
    http_addr: SocketAddr,
    grpc_addr: SocketAddr,
    router: Router,
    methods: Router,
    limits: Limits,
    store: ChosenStockStore,
    levels: StockLevels,
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
    const SERVICE: Service = Service::new("inventory", env!("CARGO_PKG_VERSION"), "unbroken")
        .with_secret_names(contracts::telemetry::SECRET_NAMES);
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    fn health_addr(settings: &Settings) -> SocketAddr {
        settings.http_addr
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let store = ChosenStockStore::open(&settings.database);
        let store = store.await.map_err(|error| {
            let what = format!(
                "the stock database {} could not be opened",
                settings.database
            );
            StartError::new(what, error)
        })?;
        let http = serving::listen::bind(settings.http_addr).await?;
        let grpc = serving::listen::bind(settings.grpc_addr).await?;
        let methods = Routes::new(reservation_api::service(store.clone(), settings.faults));
        let api = stock_api::routes(store.clone());
        let asked = store.clone();
        let ready = move || {
            let store = asked.clone();
            async move { store.ready().await.map_err(|error| error.to_string()) }
        };
        let levels = StockLevels::default();
        telemetry::stock_available(levels.clone());
        Ok(Self {
            http_addr: http.local_addr()?,
            grpc_addr: grpc.local_addr()?,
            http,
            grpc,
            router: serving::routes(api, http::ServerLayer::new(), ready),
            methods: serving::grpc_routes(methods),
            limits: settings.limits,
            store,
            levels,
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        let Self {
            http,
            grpc,
            router,
            methods,
            limits,
            store,
            levels,
            ..
        } = self;
        let serving = async {
            tokio::try_join!(
                serving::listen::serve(http, router, limits, shutdown.clone()),
                serving::listen::serve_http2(grpc, methods, limits, shutdown),
            )
        };
        let served = tokio::select! {
            served = serving => served,
            never = levels.watch(store.clone()) => match never {},
        };
        store.close().await;
        served.map(|_| ())
    }
}
