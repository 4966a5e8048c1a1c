//! A bound port, served with the limits of every listener of the shop.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use serving::{Shutdown, listen};

use crate::{Address, BuildError};

/// What differs from a service's listener.
fn limits() -> listen::Limits {
    listen::Limits {
        connections: 256,
        // A large export may take its time, which the receiver measures itself.
        body: Duration::from_secs(30),
        // Nobody's order hangs on an open query.
        drain: Duration::from_secs(2),
        ..listen::Limits::default()
    }
}

/// What a listener speaks.
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
        shutdown: Shutdown,
    ) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.socket)?;
        let served = match protocol {
            Protocol::Http1 => listen::serve(listener, router, limits(), shutdown).await,
            Protocol::Http2 => listen::serve_http2(listener, router, limits(), shutdown).await,
        };
        served.map_err(io::Error::other)
    }
}
