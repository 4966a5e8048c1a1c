//! A listener on a free port with limits of its own, and peers that speak byte by byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::stream;
use serde_json::Value;
use serving::listen::{self, Limits};
use serving::{Shutdown, ShutdownTrigger, StartError, extract};
use shared_telemetry::http::ServerLayer;
use shared_telemetry::task;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Nothing here takes longer on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// A limit that is waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(300);
/// How often a slow peer sends its next byte.
pub(crate) const NOW_AND_THEN: Duration = Duration::from_millis(20);
pub(crate) const LARGE: usize = 32 * 1024 * 1024;

/// A listener with limits, and what stands behind it.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) trigger: ShutdownTrigger,
    running: JoinHandle<Result<(), StartError>>,
    /// Requests to `/held` are answered as long as there are permits.
    pub(crate) gate: Arc<Semaphore>,
    /// One permit for each request to `/held` that has begun.
    begun: Arc<Semaphore>,
}

impl Listener {
    pub(crate) async fn start(limits: Limits) -> Self {
        let socket = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = socket.local_addr().unwrap();
        let (gate, begun) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (trigger, shutdown) = Shutdown::new();
        let running = task::spawn(listen::serve(
            socket,
            router(&gate, &begun),
            limits,
            shutdown,
        ));
        Self {
            address,
            trigger,
            running,
            gate,
            begun,
        }
    }

    /// Waits until a request to `/held` has begun.
    pub(crate) async fn busy(&self) {
        let begun = timeout(PATIENCE, self.begun.acquire()).await;
        begun.expect("a request begins").unwrap().forget();
    }

    pub(crate) async fn connect(&self) -> Peer {
        Peer(TcpStream::connect(self.address).await.unwrap())
    }

    /// Asks for `path` on a connection of its own.
    pub(crate) async fn ask(&self, path: &str) -> String {
        let mut peer = self.connect().await;
        peer.say(&format!(
            "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
        ))
        .await;
        peer.rest().await
    }

    /// Asks to stop and gives how long that took.
    pub(crate) async fn stop(self) -> Duration {
        let asked = Instant::now();
        self.trigger.request();
        let ended = timeout(PATIENCE, self.running).await;
        ended.expect("it stops").unwrap().unwrap();
        asked.elapsed()
    }
}

fn router(gate: &Arc<Semaphore>, begun: &Arc<Semaphore>) -> Router {
    let (gate, begun) = (Arc::clone(gate), Arc::clone(begun));
    let api = Router::new()
        .route("/hello", get(async || "hello"))
        .route(
            "/held",
            get(async move || {
                begun.add_permits(1);
                gate.acquire().await.unwrap().forget();
                "held"
            }),
        )
        .route(
            "/echo",
            post(async |body: extract::Json<Value>| body.0.to_string()),
        )
        .route("/large", get(async || vec![b'x'; LARGE]))
        .route("/endless", get(endless));
    serving::routes(api, ServerLayer::new(), async || Ok(()))
}

async fn endless() -> Body {
    let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1024]));
    Body::from_stream(stream::repeat_with(chunk))
}

pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    pub(crate) async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Everything until the other side closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset is an end too; what came before it counts.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut bytes))
            .await
            .expect("the connection is closed");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// One answer, up to the end of its body, which `end` is.
    pub(crate) async fn answer(&mut self, end: &str) -> String {
        let mut text = String::new();
        let mut byte = [0];
        while !text.ends_with(end) {
            let read = timeout(PATIENCE, self.0.read(&mut byte)).await;
            assert_eq!(
                read.expect("an answer").unwrap(),
                1,
                "closed after {text:?}"
            );
            text.push(char::from(byte[0]));
        }
        text
    }

    /// Sends `text` a byte at a time, again and again, until the other side answers or closes;
    /// gives what it said.
    pub(crate) async fn drip(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        for byte in text.bytes().cycle() {
            assert!(Instant::now() < deadline, "a slow peer is served for ever");
            if self.0.write_all(&[byte]).await.is_err() {
                break;
            }
            if timeout(NOW_AND_THEN, self.0.readable()).await.is_ok() {
                break;
            }
        }
        self.rest().await
    }
}
