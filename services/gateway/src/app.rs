//! Puts the gateway together: neighbours, publisher, routes and listener. The tests use the
//! same build.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use contracts::fault;
use http::HeaderName;
use serving::listen::Limits;
use serving::{Application, Environment, InvalidSetting, Shutdown, StartError};
use shared_telemetry::Service;
use shared_telemetry::http::{Edge, ServerLayer};
use tokio::net::TcpListener;

use crate::browser_spans_api::{self, BrowserSpans};
use crate::checkout_api::{self, Desk, Patience};
use crate::checkout_store::CheckoutStore;
use crate::config::Settings;
use crate::fraud_client::FraudClient;
use crate::fulfillment_client::FulfillmentClient;
use crate::inventory_client::InventoryClient;
use crate::item_api;
use crate::order_api::{self, Enquiries};
use crate::order_publisher::OrderPublisher;
use crate::pricing_client::PricingClient;
use crate::stock_api;
use crate::storefront_api::{self, Storefront};
use crate::upstream_client::{Upstream, http_client};

/// What a caller may put into the baggage; anything else stays outside.
const ACCEPTED_BAGGAGE: [&str; 1] = ["app.customer.tier"];

/// The same, where callers may ask for faults.
const WITH_FAULTS: [&str; 2] = ["app.customer.tier", fault::BAGGAGE_KEY];

/// A checkout that works longer is taken for dead by the next request with its key, beside the
/// time that the broker may take: pricing and the database have given up by then.
const LEASE: Duration = Duration::from_secs(10);

/// A believed caller has its request recorded by `x-trace-debug: 1`.
const DEBUG_HEADER: HeaderName = HeaderName::from_static("x-trace-debug");

/// The gateway, ready to run.
pub struct App {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
    limits: Limits,
    desk: Desk,
}

impl App {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Application for App {
    const SERVICE: Service = Service::new("gateway", env!("CARGO_PKG_VERSION"), "unbroken")
        .with_secret_names(contracts::telemetry::SECRET_NAMES);
    type Settings = Settings;

    fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
        Settings::read(env)
    }

    fn health_addr(settings: &Settings) -> SocketAddr {
        settings.http_addr
    }

    async fn build(settings: Settings) -> Result<Self, StartError> {
        let brokers = &settings.kafka_brokers;
        let publisher =
            OrderPublisher::new(brokers, settings.kafka_delivery_timeout, settings.faults)
                .map_err(|error| StartError::new("the Kafka producer could not be made", error))?;
        let listener = serving::listen::bind(settings.http_addr).await?;
        let addr = listener.local_addr()?;
        let store = CheckoutStore::open(&settings.database)
            .await
            .map_err(|error| StartError::new("the checkout database could not be opened", error))?;
        let baggage: &[_] = if settings.faults.listening() {
            &WITH_FAULTS
        } else {
            &ACCEPTED_BAGGAGE
        };
        let edge = Edge::new(settings.edge_trust.clone())
            .accept_baggage(baggage)
            .debug_header(DEBUG_HEADER, settings.edge_debug_per_second);
        let ready = {
            let publisher = publisher.clone();
            move || {
                let publisher = publisher.clone();
                async move { publisher.ready().await }
            }
        };
        let limits = settings.limits;
        let storefront = storefront(&settings);
        let (api, desk) = api(settings, publisher, store)?;
        Ok(Self {
            listener,
            addr,
            limits,
            router: serving::routes(api, ServerLayer::edge(edge), ready).merge(storefront),
            desk,
        })
    }

    async fn run(self, shutdown: Shutdown) -> Result<(), StartError> {
        let Self {
            listener,
            router,
            limits,
            desk,
            ..
        } = self;
        let served = tokio::select! {
            served = serving::listen::serve(listener, router, limits, shutdown) => served,
            () = desk.sweep() => Ok(()),
        };
        desk.close().await;
        served
    }
}

fn api(
    settings: Settings,
    publisher: OrderPublisher,
    store: CheckoutStore,
) -> Result<(Router, Desk), StartError> {
    let http = http_client()
        .map_err(|error| StartError::new("the HTTP client could not be made", error))?;
    let upstream = |name, url| Upstream::new(name, url, http.clone());
    let pricing = PricingClient(upstream("pricing", settings.pricing_url));
    let fraud = settings.fraud_url;
    let fraud = fraud.map(|url| FraudClient::new(url, settings.fraud_timeout, http.clone()));
    let inventory = InventoryClient(upstream("inventory", settings.inventory_url));
    let fulfillment = FulfillmentClient(upstream("fulfillment", settings.fulfillment_url));
    let trace_url = settings.trace_url;
    let patience = Patience {
        wait: settings.idempotency_wait,
        lease: LEASE + settings.kafka_delivery_timeout,
    };
    let desk = Desk::new(pricing.clone(), fraud, publisher, store.clone(), patience);
    let enquiries = Enquiries {
        fulfillment,
        store,
        trace_url: trace_url.clone(),
    };
    let router = checkout_api::routes(desk.clone(), trace_url)
        .merge(order_api::routes(enquiries))
        .merge(item_api::routes(pricing))
        .merge(stock_api::routes(inventory));
    Ok((router, desk))
}

/// What a browser loads, and where it leaves its spans.
fn storefront(settings: &Settings) -> Router {
    let browser_spans = BrowserSpans::open(settings.browser_spans, settings.edge_trust.clone());
    let page = storefront_api::routes(Storefront {
        browser_spans: browser_spans.clone(),
        viewer_url: settings.viewer_url.clone(),
        trace_url: settings.trace_url.clone(),
        faults: settings.faults,
    });
    serving::untraced(page.merge(browser_spans_api::routes(browser_spans)))
}
