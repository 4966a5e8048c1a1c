//! One trace through two services: `cargo run -p shared-telemetry --example one_trace`.
//!
//! Both services are in this process, and still the request between them is a real one. Look at
//! the log lines: one trace id. With a collector on port 4318 the spans are there too; without
//! one the last line says that they were not delivered.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use shared_telemetry::http::{Client, ServerLayer};
use shared_telemetry::{Service, Telemetry, task};
use tokio::net::TcpListener;
use tracing::Instrument as _;

fn main() -> Result<(), Box<dyn Error>> {
    let service = Service::new("one-trace", env!("CARGO_PKG_VERSION"), "examples");
    let telemetry = Telemetry::start(service)?;
    let outcome = tokio::runtime::Runtime::new()?.block_on(order());
    telemetry.stop(Duration::from_secs(5))?;
    outcome
}

/// Places one order, in a business span of its own.
async fn order() -> Result<(), Box<dyn Error>> {
    let pricing = serve(Router::new().route("/quote/{sku}", get(quote))).await?;
    let client = Client::new(reqwest::Client::new());
    let business = async {
        let url = format!("http://{pricing}/quote/TEAPOT-1?token=never-seen");
        let answer = client.send(client.get(url)).await?;
        tracing::info!(cents = answer.text().await?, "ordered");
        Ok(())
    };
    business
        .instrument(tracing::info_span!("business.order"))
        .await
}

/// A handler like any other: the layer around it makes the span.
async fn quote(Path(sku): Path<String>) -> String {
    tracing::info!(name: "cache.miss", sku, "not in the cache");
    "1995".to_owned()
}

async fn serve(router: Router) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = router.layer(ServerLayer::new());
    task::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}
