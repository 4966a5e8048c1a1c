//! What may be fired at: this machine and private networks, unless the user says that the target
//! is theirs.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use reqwest::Url;

/// How long the target may take to accept the first connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// A shop whose addresses were looked up, once.
#[derive(Debug, Clone)]
pub struct Target {
    base: String,
    host: String,
    addresses: Vec<SocketAddr>,
}

/// Why nothing is sent.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// A stranger's, for all we know.
    #[error(
        "{host} is {address}, which is neither this machine nor a private network: load on a \
         server of somebody else is an attack. If it is yours, say --i-own-this-target"
    )]
    Stranger {
        /// As the user named it.
        host: String,
        /// What that is.
        address: IpAddr,
    },
    /// The name has no address.
    #[error("the target {host} cannot be found: {source}")]
    Unknown {
        /// As the user named it.
        host: String,
        /// Why.
        source: std::io::Error,
    },
    /// Nobody listens.
    #[error("the target {base} cannot be reached: {source}; is the shop running (cargo run)?")]
    Unreachable {
        /// The target.
        base: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Target {
    /// Looks the target's addresses up and judges each of them.
    ///
    /// # Errors
    /// When it has none, or one of a stranger and not `owned`.
    pub fn look_up(url: &Url, owned: bool) -> Result<Self, TargetError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        // Brackets are the URL's, not the address's.
        let name = host.trim_matches(['[', ']']);
        let addresses = (name, port).to_socket_addrs();
        let addresses: Vec<_> = match addresses {
            Ok(addresses) => addresses.collect(),
            Err(source) => return Err(TargetError::Unknown { host, source }),
        };
        let stranger = addresses.iter().find(|address| !is_near(address.ip()));
        match stranger {
            Some(address) if !owned => Err(TargetError::Stranger {
                host,
                address: address.ip(),
            }),
            _ => Ok(Self {
                base: url.as_str().trim_end_matches('/').to_owned(),
                host,
                addresses,
            }),
        }
    }

    /// Opens one connection, so that a shop that is not there is told before the run.
    ///
    /// # Errors
    /// When none of the addresses takes it within three seconds.
    pub fn knock(&self) -> Result<(), TargetError> {
        let mut refused = std::io::Error::other("it has no address");
        for address in &self.addresses {
            match TcpStream::connect_timeout(address, CONNECT_LIMIT) {
                Ok(_) => return Ok(()),
                Err(error) => refused = error,
            }
        }
        Err(TargetError::Unreachable {
            base: self.base.clone(),
            source: refused,
        })
    }

    /// The URL, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

/// This machine, or a network that is not routed in the Internet (RFC 1918, 3927, 4193).
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => {
            v6 == Ipv6Addr::LOCALHOST || v6.is_unique_local() || v6.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(url: &str, owned: bool) -> Result<Target, TargetError> {
        Target::look_up(&Url::parse(url).unwrap(), owned)
    }

    #[test]
    fn this_machine_and_private_networks_may_be_fired_at() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:8080",
            "http://[::1]:8080",
            "http://[::ffff:10.0.0.1]:8080",
            "http://10.1.2.3",
            "http://172.16.0.1",
            "http://192.168.1.1",
            "http://[fd00::1]",
        ] {
            look_up(url, false).unwrap_or_else(|error| panic!("{url}: {error}"));
        }
    }

    #[test]
    fn a_stranger_is_not_fired_at_unless_the_user_owns_it() {
        // Addresses of documentation, RFC 5737 and 3849, and two that pretend to be near.
        for url in [
            "http://192.0.2.1",
            "http://[2001:db8::1]",
            "http://172.32.0.1",
            "http://[::ffff:198.51.100.1]",
        ] {
            let error = look_up(url, false).unwrap_err().to_string();
            assert!(error.contains("--i-own-this-target"), "{url}: {error}");
            look_up(url, true).unwrap();
        }
    }
}
