//! Puts pricing together: store, routes and listener. The tests use the same build.

use std::net::SocketAddr;

use axum::Router;
use serving::listen::Limits;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::Service;
use shared_telemetry::http::ServerLayer;
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::quote_api;
use crate::quote_store::{ChosenQuoteStore, QuoteStore};

/// Pricing, ready to run.
#[derive(Debug)]
pub struct App {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
    limits: Limits,
    store: ChosenQuoteStore,
}

impl App {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("pricing", env!("CARGO_PKG_VERSION"), "unbroken")
        .with_secret_names(contracts::telemetry::SECRET_NAMES);
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    fn health_addr(settings: &Settings) -> SocketAddr {
        settings.http_addr
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let store = ChosenQuoteStore::open(&settings.database);
        let store = store.await.map_err(|error| {
            let what = format!(
                "the price database {} could not be opened",
                settings.database
            );
            StartError::new(what, error)
        })?;
        let listener = serving::listen::bind(settings.http_addr).await?;
        let addr = listener.local_addr()?;
        let api = quote_api::routes(store.clone(), settings.quote_cache_ttl, settings.faults);
        let asked = store.clone();
        let ready = move || {
            let store = asked.clone();
            async move { store.ready().await.map_err(|error| error.to_string()) }
        };
        let router = serving::routes(api, ServerLayer::new(), ready);
        Ok(Self {
            listener,
            addr,
            router,
            limits: settings.limits,
            store,
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        let served =
            serving::listen::serve(self.listener, self.router, self.limits, shutdown).await;
        self.store.close().await;
        served
    }
}
