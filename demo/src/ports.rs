//! The usual ports, or free ones where those are busy.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serving::StartError;

/// Hands out addresses on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    free_only: bool,
}

impl Ports {
    pub(crate) fn new(free_only: bool) -> Self {
        Self { free_only }
    }

    /// The port that is asked for; 0, meaning any, when free ones are wanted.
    pub(crate) fn wanted(self, port: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, if self.free_only { 0 } else { port }))
    }

    /// An address that a child can listen on a moment later. A busy port is replaced, and said
    /// so: a newcomer should see the shop, not an error about a port.
    pub(crate) fn take(self, purpose: &str, port: u16) -> Result<SocketAddr, StartError> {
        let wanted = self.wanted(port);
        let listener = TcpListener::bind(wanted).or_else(|busy| {
            let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .map_err(|error| StartError::new(format!("no port for {purpose}"), error))?;
            tracing::warn!("port {port} for {purpose} is not free ({busy}): using another");
            Ok::<_, StartError>(other)
        })?;
        Ok(listener.local_addr()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_replaced_by_a_free_one() {
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let address = Ports::new(false).take("a test", port).unwrap();
        assert_ne!(address.port(), port);
        assert!(TcpListener::bind(address).is_ok(), "{address} is not free");
    }
}
