//! A bound port and the loop that serves it, with limits on connections, headers and idle peers.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{Address, BuildError};

/// Connections one listener holds open; the next ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 256;
/// Also ends a kept-alive HTTP/1 connection that stays silent.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_STREAMS: u32 = 64;
const PING_INTERVAL: Duration = Duration::from_secs(60);
/// How long open requests may take to finish once the viewer stops.
const GRACE: Duration = Duration::from_secs(2);
/// A pause when the system cannot accept (out of file descriptors), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a listener speaks. One each, so that a silent connection falls under that protocol's timeout.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub(crate) fn bind(purpose: &'static str, wanted: Address) -> Result<Self, BuildError> {
        let bound = TcpListener::bind(wanted.socket).or_else(|error| {
            if wanted.replace_busy_port && error.kind() == io::ErrorKind::AddrInUse {
                TcpListener::bind(SocketAddr::new(wanted.socket.ip(), 0))
            } else {
                Err(error)
            }
        });
        let ready = bound.and_then(|socket| {
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok(Self { socket, address })
        });
        ready.map_err(|reason| BuildError::Bind {
            purpose,
            address: wanted.socket,
            reason,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn serve(
        self,
        router: Router,
        protocol: Protocol,
        mut stopped: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.socket)?;
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop(&mut stopped) => break,
                Some(_) = connections.join_next() => {}
                (stream, slot) = accept(&listener, &slots) => {
                    // Not `shared_telemetry::task`: the viewer has no trace of its own to carry
                    // over, and a set ends its connections when it is dropped.
                    connections.spawn(serve_connection(
                        stream, slot, router.clone(), protocol, stopped.clone(),
                    ));
                }
            }
        }
        drop(listener);
        let finish = async { while connections.join_next().await.is_some() {} };
        // What is still open after the grace period is cut off with the set.
        let _ = timeout(GRACE, finish).await;
        Ok(())
    }
}

/// Resolves once the viewer stops, or is dropped.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn accept(
    listener: &tokio::net::TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    _slot: OwnedSemaphorePermit,
    router: Router,
    protocol: Protocol,
    mut stopped: watch::Receiver<bool>,
) {
    // Only latency is lost where the system refuses it.
    let _ = stream.set_nodelay(true);
    let builder = connection_builder(protocol);
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // A broken connection is its peer's affair: there is no one else to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

fn connection_builder(protocol: Protocol) -> Builder<TokioExecutor> {
    let mut builder = match protocol {
        Protocol::Http1 => Builder::new(TokioExecutor::new()).http1_only(),
        Protocol::Http2 => Builder::new(TokioExecutor::new()).http2_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEADER_BYTES as u32)
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(PING_INTERVAL);
    builder
}
