//! The usual ports, or free ones where those are busy.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serving::StartError;

/// Free ports are looked for from here on. Above 32767 the system hands out ports by itself, to
/// any connection at any moment; one from there may be gone before a child has bound it.
const FIRST_FREE: u16 = 20_000;
/// Each demo looks in a block of its own, by its process id, so that two that start together do
/// not find the same port free.
const BLOCK: u16 = 16;
const BLOCKS: u16 = 750;

/// Hands out addresses on 127.0.0.1. What it has handed out stays bound until it is dropped, so
/// that nothing is handed out twice; drop it before the children start.
#[derive(Debug)]
pub(crate) struct Ports {
    free_only: bool,
    held: Vec<TcpListener>,
}

impl Ports {
    pub(crate) fn new(free_only: bool) -> Self {
        Self {
            free_only,
            held: Vec::new(),
        }
    }

    /// The port that is asked for, for a listener of this process; 0, meaning any, when free
    /// ones are wanted.
    pub(crate) fn wanted(&self, port: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, if self.free_only { 0 } else { port }))
    }

    /// An address that a child can listen on a moment later. A busy port is replaced, and said
    /// so: a newcomer should see the shop, not an error about a port.
    pub(crate) fn take(&mut self, purpose: &str, port: u16) -> Result<SocketAddr, StartError> {
        let failed = |error| StartError::new(format!("no port for {purpose}"), error);
        let listener = if self.free_only {
            free().map_err(failed)?
        } else {
            match bind(port) {
                Ok(listener) => listener,
                Err(busy) => {
                    let other = free().map_err(failed)?;
                    tracing::warn!("port {port} for {purpose} is not free ({busy}): using another");
                    other
                }
            }
        };
        let address = listener.local_addr()?;
        self.held.push(listener);
        Ok(address)
    }
}

fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// A free port of this process's block, or, when all of them are busy, any.
fn free() -> std::io::Result<TcpListener> {
    let block = u16::try_from(std::process::id() % u32::from(BLOCKS)).unwrap_or(0);
    let first = FIRST_FREE + block * BLOCK;
    (first..first + BLOCK)
        .find_map(|port| bind(port).ok())
        .map_or_else(|| bind(0), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_replaced_by_one_that_is_free_when_it_is_let_go() {
        let busy = bind(0).unwrap();
        let port = busy.local_addr().unwrap().port();
        let mut ports = Ports::new(false);
        let address = ports.take("a test", port).unwrap();
        assert_ne!(address.port(), port);
        drop(ports);
        assert!(TcpListener::bind(address).is_ok(), "{address} is not free");
    }

    #[test]
    fn nothing_is_handed_out_twice() {
        let mut ports = Ports::new(true);
        let mut taken: Vec<_> = (0..5).map(|_| ports.take("a test", 1).unwrap()).collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 5);
    }
}
