//! The composition root: three listeners around one store.

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use serving::Shutdown;
use shared_telemetry::names::Entry;

use crate::{
    Settings, api,
    listener::{Listener, Protocol},
    otlp,
    store::SharedStore,
};

/// The viewer with its ports bound, not yet answering.
#[derive(Debug)]
pub struct Viewer {
    query: Listener,
    otlp_http: Listener,
    otlp_grpc: Listener,
    store: Arc<SharedStore>,
    meanings: Vec<&'static Entry>,
    readers: Vec<String>,
}

/// Where a [`Viewer`] really listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The page and the JSON API.
    pub query: SocketAddr,
    /// OTLP over HTTP.
    pub otlp_http: SocketAddr,
    /// OTLP over gRPC.
    pub otlp_grpc: SocketAddr,
}

/// Why a [`Viewer`] could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A port could not be bound.
    #[error("the viewer cannot listen for {purpose} on {address}: {reason}")]
    Bind {
        /// What the listener is for.
        purpose: &'static str,
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
}

impl Viewer {
    /// Binds the three listeners; from here on their ports accept connections, which are answered
    /// once the viewer runs. Needs no runtime.
    pub fn build(settings: Settings) -> Result<Self, BuildError> {
        Ok(Self {
            query: Listener::bind("queries", settings.query)?,
            otlp_http: Listener::bind("OTLP over HTTP", settings.otlp_http)?,
            otlp_grpc: Listener::bind("OTLP over gRPC", settings.otlp_grpc)?,
            store: Arc::new(SharedStore::new(settings.limits)),
            meanings: settings.meanings,
            readers: settings.readers,
        })
    }

    /// The bound addresses, which differ from the settings where a port was 0 or replaced.
    pub fn addresses(&self) -> Addresses {
        Addresses {
            query: self.query.address(),
            otlp_http: self.otlp_http.address(),
            otlp_grpc: self.otlp_grpc.address(),
        }
    }

    /// Answers until `shutdown` resolves, then lets open requests finish for a short while.
    /// Fails only when the runtime cannot take over the listeners.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let (stop, stopped) = Shutdown::new();
        let api = api::router(Arc::clone(&self.store), &self.meanings);
        let query = self.query.serve(
            api::readers::open_to(self.readers, api),
            Protocol::Http1,
            stopped.clone(),
        );
        let otlp_http = self.otlp_http.serve(
            otlp::http::router(Arc::clone(&self.store)),
            Protocol::Http1,
            stopped.clone(),
        );
        let otlp_grpc =
            self.otlp_grpc
                .serve(otlp::grpc::router(self.store), Protocol::Http2, stopped);
        let until_shutdown = async {
            shutdown.await;
            stop.request();
            Ok(())
        };
        tokio::try_join!(query, otlp_http, otlp_grpc, until_shutdown)?;
        Ok(())
    }
}
