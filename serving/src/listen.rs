//! Listening on an HTTP port.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::{Shutdown, StartError};

/// How long requests in flight may take once the process was asked to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// Binds `address`; port 0 takes a free one.
///
/// # Errors
/// Names the address, for example when it is taken.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::new(format!("cannot listen on {address}"), error))
}

/// Serves `router` until `shutdown`, then lets requests in flight finish, for ten seconds at most.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let asked = shutdown.clone();
    let server = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move { asked.requested().await })
    .into_future();
    let overdue = async {
        shutdown.requested().await;
        tokio::time::sleep(DRAIN_LIMIT).await;
    };
    tokio::select! {
        result = server => result.map_err(StartError::from),
        () = overdue => {
            tracing::warn!("requests were still in flight after {} s", DRAIN_LIMIT.as_secs());
            Ok(())
        }
    }
}
