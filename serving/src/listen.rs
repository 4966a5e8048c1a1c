//! Listening on a port, with a limit for everything that a peer could take as long or as often as
//! it likes.
//!
//! One peer can do harm without sending a single wrong byte: open connections and say nothing,
//! send a request a byte a second, ask and not take the answer. So each phase of a connection
//! has its time ([`Limits`]), and who is over it is closed:
//!
//! ```text
//! accepted ─ head ─> request ─ body ─> answer ─ taken ─> idle ─ head ─> …
//!            10 s              10 s              30 s    100 s  10 s
//! ```
//!
//! How long an answer may take to be *made* is the router's affair, see [`crate::routes`].
//!
//! **When all places are taken** the connection that has waited longest without a request makes
//! room, those that never sent one first. Thousands of silent connections so push out each
//! other, and not who works; turning the new one away would let them keep the door shut. When
//! every connection is busy, new ones wait in the system's queue until one is not: each of them
//! is done within its limits, and turning callers away would only bring them back at once.
//!
//! **A stop** closes in this order: `/readyz` says 503 and answers carry `Connection: close`, for
//! as long as [`Limits::notice`]; then nobody is accepted any more, idle connections are closed,
//! requests in flight finish; after [`Limits::drain`] the rest is cut off.

mod answer_body;
mod connection;
mod connections;
mod limits;
mod progress;
mod refusals;
mod request_body;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::{Shutdown, StartError};
use connection::Guest;
use connections::Connections;
pub use limits::Limits;
use progress::LINGER;
use refusals::{Reason, Refusals};
pub(crate) use request_body::BodyTooSlow;

/// A pause when the system cannot accept (out of file handles), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a listener speaks. One each, so that it is known what the first bytes must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// Binds `address`; port 0 takes a free one.
///
/// # Errors
/// Names the address, for example when it is taken.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::new(format!("cannot listen on {address}"), error))
}

/// Serves `router` over HTTP/1.1 until `shutdown`, then drains.
///
/// Requests carry the peer as [`axum::extract::ConnectInfo`] of a [`SocketAddr`].
///
/// # Errors
/// When the listener has no address.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    run(listener, router, Protocol::Http1, limits, shutdown).await
}

/// Serves `router` over HTTP/2 in clear text, as gRPC speaks it, until `shutdown`, then drains.
///
/// # Errors
/// When the listener has no address.
pub async fn serve_http2(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    run(listener, router, Protocol::Http2, limits, shutdown).await
}

async fn run(
    listener: TcpListener,
    router: Router,
    protocol: Protocol,
    limits: Limits,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let mut reception = Reception {
        refusals: Refusals::new(listener.local_addr()?),
        connections: Arc::new(Connections::new(limits)),
        guests: JoinSet::new(),
        router,
        protocol,
        limits,
        shutdown,
    };
    let mut look = interval(limits.look_every());
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    reception.receive(listener, &mut look).await;
    let finished = tokio::time::timeout(limits.drain, reception.finish(&mut look)).await;
    if finished.is_err() {
        reception.tell_who_is_cut_off();
    }
    reception.refusals.tell_all();
    Ok(())
}

/// What one listener keeps while it serves.
struct Reception {
    refusals: Refusals,
    connections: Arc<Connections>,
    /// A set, and not tasks of their own: what is still open after the drain ends with it. There
    /// is no trace yet that they could carry over.
    guests: JoinSet<()>,
    router: Router,
    protocol: Protocol,
    limits: Limits,
    shutdown: Shutdown,
}

impl Reception {
    /// Accepts until the stop; closes the port.
    async fn receive(&mut self, listener: TcpListener, look: &mut Interval) {
        let (shutdown, notice) = (self.shutdown.clone(), self.limits.notice);
        let stop = async move {
            shutdown.requested().await;
            tokio::time::sleep(notice).await;
        };
        tokio::pin!(stop);
        // Accepted, but not let in: everybody is busy.
        let mut at_the_door: Option<(TcpStream, SocketAddr)> = None;
        loop {
            let room = |_: &mut _| self.connections.make_room(&self.refusals);
            if let Some((stream, peer)) = at_the_door.take_if(room) {
                self.let_in(stream, peer);
            }
            tokio::select! {
                () = &mut stop => break,
                Some(_) = self.guests.join_next() => {}
                _ = look.tick() => {
                    self.connections.end_overdue(&self.refusals);
                    self.refusals.tell();
                }
                () = self.connections.freed() => {}
                accepted = listener.accept(), if at_the_door.is_none() => match accepted {
                    Ok(connection) => at_the_door = Some(connection),
                    Err(error) => recover(&error, &self.connections, &self.refusals).await,
                }
            }
        }
    }

    fn let_in(&mut self, stream: TcpStream, peer: SocketAddr) {
        let guest = Guest {
            entry: self.connections.enter(self.protocol),
            limits: self.limits,
            shutdown: self.shutdown.clone(),
            refusals: self.refusals.clone(),
        };
        let serving = guest.serve(stream, peer, self.router.clone(), self.protocol);
        self.guests.spawn(serving);
    }

    /// Lets everybody finish what is under way.
    async fn finish(&mut self, look: &mut Interval) {
        self.connections.part();
        let parted = Instant::now();
        loop {
            tokio::select! {
                ended = self.guests.join_next() => if ended.is_none() { return },
                _ = look.tick() => {
                    self.connections.end_overdue(&self.refusals);
                    if parted.elapsed() >= LINGER {
                        self.connections.cut_waiting();
                    }
                }
            }
        }
    }

    fn tell_who_is_cut_off(&self) {
        tracing::warn!(
            connections = i64::try_from(self.connections.count()).unwrap_or(i64::MAX),
            "requests were still in flight after {:?}; they are cut off",
            self.limits.drain
        );
    }
}

/// After a failed accept: a peer that went away means nothing; a lack of file handles passes, the
/// sooner when somebody who only waits is sent away.
async fn recover(error: &std::io::Error, connections: &Connections, refusals: &Refusals) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        refusals.count(Reason::NoHandle);
        connections.evict();
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
