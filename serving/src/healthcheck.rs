//! Asks the process that runs on this machine whether it is ready: for a container that has no
//! shell and no other program to ask with.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Shorter than any container engine waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// More than `/readyz` ever says.
const LONGEST_ANSWER: u64 = 4 * 1024;

/// Why a process is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// Nobody answered in time.
    #[error("nobody answers at {addr}: {reason}")]
    Silent {
        /// Who was asked.
        addr: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
    /// It answered something other than 200.
    #[error("{addr} is not ready: {answer}")]
    Refused {
        /// Who was asked.
        addr: SocketAddr,
        /// The status, and the reason that `/readyz` gives.
        answer: String,
    },
}

/// Asks `GET /readyz` of the process that listens at `addr`; all of 0.0.0.0 is asked by loopback.
/// Blocks for at most a few seconds.
///
/// # Errors
/// When nobody answers, or the answer is not 200.
pub fn healthcheck(addr: SocketAddr) -> Result<(), NotReady> {
    let addr = SocketAddr::new(reachable(addr.ip()), addr.port());
    let answer = ask(addr).map_err(|reason| NotReady::Silent { addr, reason })?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status_line = head.lines().next().unwrap_or_default();
    let status = status_line.split_once(' ').map_or("", |(_, status)| status);
    if status.starts_with("200") {
        return Ok(());
    }
    let answer = format!("{status} {}", body.trim()).trim().to_owned();
    Err(NotReady::Refused { addr, answer })
}

fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        given => given,
    }
}

fn ask(addr: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&addr, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
