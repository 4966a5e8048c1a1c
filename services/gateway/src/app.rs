//! Puts the gateway together: neighbours, publisher, routes and listener. The tests use the
//! same build.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use http::HeaderName;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::Service;
use shared_telemetry::http::{Edge, ServerLayer};
use tokio::net::TcpListener;

use crate::checkout_api::{self, Desk};
use crate::config::Settings;
use crate::fulfillment_client::FulfillmentClient;
use crate::inventory_client::InventoryClient;
use crate::order_api::{self, Enquiries};
use crate::order_publisher::OrderPublisher;
use crate::order_store::RecentOrders;
use crate::pricing_client::PricingClient;
use crate::stock_api;
use crate::upstream_client::{Upstream, http_client};

/// What a caller may put into the baggage; anything else stays outside.
const ACCEPTED_BAGGAGE: [&str; 2] = ["app.customer.tier", "demo.fault"];

/// A believed caller has its request recorded by `x-trace-debug: 1`.
const DEBUG_HEADER: HeaderName = HeaderName::from_static("x-trace-debug");

/// The gateway, ready to run.
#[derive(Debug)]
pub struct App {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
}

impl App {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("gateway", env!("CARGO_PKG_VERSION"), "unbroken");
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let publisher =
            OrderPublisher::new(&settings.kafka_brokers, settings.kafka_delivery_timeout)
                .map_err(|error| StartError::new("the Kafka producer could not be made", error))?;
        let listener = serving::listen::bind(settings.http_addr).await?;
        let addr = listener.local_addr()?;
        let edge = Edge::new(settings.edge_trust.clone())
            .accept_baggage(&ACCEPTED_BAGGAGE)
            .debug_header(DEBUG_HEADER, settings.edge_debug_per_second);
        let api = api(settings, publisher.clone())?;
        let ready = move || {
            let publisher = publisher.clone();
            async move { publisher.ready().await }
        };
        Ok(Self {
            listener,
            addr,
            router: serving::routes(api, ServerLayer::edge(edge), ready),
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        serving::listen::serve(self.listener, self.router, shutdown).await
    }
}

fn api(settings: Settings, publisher: OrderPublisher) -> Result<Router, StartError> {
    let http = http_client()
        .map_err(|error| StartError::new("the HTTP client could not be made", error))?;
    let upstream = |name, url| Upstream::new(name, url, http.clone());
    let pricing = PricingClient(upstream("pricing", settings.pricing_url));
    let inventory = InventoryClient(upstream("inventory", settings.inventory_url));
    let fulfillment = FulfillmentClient(upstream("fulfillment", settings.fulfillment_url));
    let recent = Arc::new(RecentOrders::new());
    let trace_url = settings.trace_url;
    let desk = Desk {
        pricing,
        publisher,
        recent: Arc::clone(&recent),
    };
    let enquiries = Enquiries {
        fulfillment,
        recent,
        trace_url: trace_url.clone(),
    };
    Ok(checkout_api::routes(desk, trace_url)
        .merge(order_api::routes(enquiries))
        .merge(stock_api::routes(inventory)))
}
