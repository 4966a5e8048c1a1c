//! The usual ports, or free ones where those are busy.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use serving::StartError;

/// Free ports are looked for from here on. Above 32767 the system hands out ports by itself, to
/// any connection at any moment; one from there may be gone before a child has bound it.
const FIRST_FREE: u16 = 20_000;
/// Each demo looks in a block of its own, by its process id, so that two that start together do
/// not find the same port free.
const BLOCK: u16 = 16;
const BLOCKS: u16 = 750;
/// In the directory for temporary files, which every demo of a machine has in common.
const LOCK: &str = "unbroken-usual-ports.lock";

/// The right to the usual ports, for one demo of this machine at a time. Looking whether a port
/// is free is not enough: two that look at the same moment would both find it free, and a port
/// whose service is just being started again is free too.
#[derive(Debug)]
pub(crate) struct UsualPorts {
    /// The system lets go of the lock however the process ends. `None` where files can't be
    /// locked: then looking has to do.
    _lock: Option<File>,
}

impl UsualPorts {
    /// The right, unless it is not wanted or another demo has it.
    pub(crate) fn claim_unless(free_only: bool) -> Option<Self> {
        if free_only {
            return None;
        }
        Self::claim(&std::env::temp_dir().join(LOCK))
    }

    fn claim(path: &Path) -> Option<Self> {
        // Not made anew when it is there: it may be another user's.
        let lock = File::open(path).or_else(|_| File::create(path)).ok();
        match lock.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => None,
            _ => Some(Self { _lock: lock }),
        }
    }
}

/// Hands out addresses on 127.0.0.1. What it has handed out stays bound until it is dropped, so
/// that nothing is handed out twice; drop it before the children start.
#[derive(Debug)]
pub(crate) struct Ports {
    choice: Choice,
    held: Vec<TcpListener>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Usual,
    Free,
    /// Free ones, because another demo has the usual ones.
    LeftToAnother,
}

impl Ports {
    pub(crate) fn new(free_only: bool, usual: Option<&UsualPorts>) -> Self {
        let choice = match usual {
            _ if free_only => Choice::Free,
            Some(_) => Choice::Usual,
            None => Choice::LeftToAnother,
        };
        Self {
            choice,
            held: Vec::new(),
        }
    }

    /// The port that is asked for, for a listener of this process; 0, meaning any, when free
    /// ones are wanted.
    pub(crate) fn wanted(&self, port: u16) -> SocketAddr {
        let port = if self.choice == Choice::Usual {
            port
        } else {
            0
        };
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    }

    /// An address that a child can listen on a moment later. A busy port is replaced, and said
    /// so: a newcomer should see the shop, not an error about a port.
    pub(crate) fn take(&mut self, purpose: &str, port: u16) -> Result<SocketAddr, StartError> {
        let failed = |error| StartError::new(format!("no port for {purpose}"), error);
        let wanted = match self.choice {
            Choice::Free => None,
            Choice::Usual => match bind(port) {
                Ok(listener) => Some(listener),
                Err(busy) => {
                    tracing::warn!("port {port} for {purpose} is not free ({busy}): using another");
                    None
                }
            },
            Choice::LeftToAnother => {
                tracing::warn!("port {port} for {purpose} is another demo's: using another");
                None
            }
        };
        let listener = wanted.map_or_else(free, Ok).map_err(failed)?;
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
        let mut ports = Ports {
            choice: Choice::Usual,
            held: Vec::new(),
        };
        let address = ports.take("a test", port).unwrap();
        assert_ne!(address.port(), port);
        drop(ports);
        assert!(TcpListener::bind(address).is_ok(), "{address} is not free");
    }

    #[test]
    fn nothing_is_handed_out_twice() {
        let mut ports = Ports::new(true, None);
        let mut taken: Vec<_> = (0..5).map(|_| ports.take("a test", 1).unwrap()).collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 5);
    }
    #[test]
    fn the_usual_ports_are_one_demos_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lock");
        let first = UsualPorts::claim(&path).unwrap();
        assert!(UsualPorts::claim(&path).is_none());
        drop(first);
        assert!(UsualPorts::claim(&path).is_some());
    }
}
