//! What happens between boundaries: business spans, events, attributes and failures.

mod business;
mod errors;
mod events;
#[path = "../support/root.rs"]
mod root;
#[path = "../support/server.rs"]
mod server;

use std::num::ParseIntError;

use axum::Router;
use axum::routing::get;
use shared_telemetry::http::ServerLayer;
use shared_telemetry::testing::{TraceTree, recorder};

use crate::root::in_root;
use crate::server::{serve, traced};

#[derive(Debug, thiserror::Error)]
#[error("the cart can't be priced")]
pub(crate) struct CannotPrice(#[from] ParseIntError);

pub(crate) fn price(text: &str) -> Result<i64, CannotPrice> {
    Ok(text.parse::<i64>()?)
}

/// Serves `handler` at `/checkout`, calls it once, and gives the whole trace.
pub(crate) async fn checkout<H, T>(handler: H) -> TraceTree
where
    H: axum::handler::Handler<T, ()>,
    T: 'static,
{
    let router = Router::new().route("/checkout", get(handler));
    let address = serve(router.layer(ServerLayer::new())).await;
    let url = format!("http://{address}/checkout");
    let (id, answer) = in_root(async { traced().send(traced().get(url)).await }).await;
    answer.expect("an answer");
    recorder().trace(id)
}
