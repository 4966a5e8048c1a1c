//! The same for HTTP/2, as inventory's gRPC listener speaks it.

use std::time::{Duration, Instant};

use axum::Router;
use serving::listen::{self, Limits};
use serving::{Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::task;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::listener::{NOW_AND_THEN, PATIENCE, SHORT};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A SETTINGS frame without settings.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const GOAWAY: u8 = 7;

async fn start(limits: Limits) -> (Peer, ShutdownTrigger, JoinHandle<Result<(), StartError>>) {
    let socket = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = socket.local_addr().unwrap();
    let (trigger, shutdown) = Shutdown::new();
    let running = task::spawn(listen::serve_http2(socket, Router::new(), limits, shutdown));
    let peer = Peer(TcpStream::connect(address).await.unwrap());
    (peer, trigger, running)
}

struct Peer(TcpStream);

impl Peer {
    async fn greet(&mut self) {
        self.0
            .write_all(&[PREFACE, SETTINGS].concat())
            .await
            .unwrap();
    }

    /// The types of the frames that come until the other side closes.
    async fn frames(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut bytes))
            .await
            .expect("the connection is closed");
        let (mut types, mut rest) = (Vec::new(), bytes.as_slice());
        while let [a, b, c, kind, _, _, _, _, _, payload @ ..] = rest {
            types.push(*kind);
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            rest = payload.get(length..).unwrap_or_default();
        }
        types
    }
}

#[tokio::test]
async fn a_peer_that_does_not_greet_is_not_waited_for() {
    let limits = Limits {
        head: SHORT,
        ..Limits::default()
    };
    let (mut silent, _trigger, _running) = start(limits).await;
    silent.0.write_all(&PREFACE[..10]).await.unwrap();
    silent.frames().await;
}

#[tokio::test]
async fn an_idle_peer_is_told_to_go_and_then_closed() {
    let limits = Limits {
        idle: SHORT,
        ..Limits::default()
    };
    let (mut peer, _trigger, _running) = start(limits).await;
    peer.greet().await;
    let frames = peer.frames().await;
    assert!(frames.contains(&GOAWAY), "{frames:?}");
}

#[tokio::test]
async fn a_call_whose_head_never_ends_is_cut_off() {
    let limits = Limits {
        idle: SHORT,
        ..Limits::default()
    };
    let (mut peer, _trigger, _running) = start(limits).await;
    peer.greet().await;
    // HEADERS of stream 1 without END_HEADERS, and then a byte at a time.
    peer.0
        .write_all(&[0, 64, 0, 1, 0, 0, 0, 0, 1])
        .await
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    let mut space = [0; 1024];
    while peer.0.write_all(&[0x40]).await.is_ok() {
        assert!(Instant::now() < deadline, "served for ever");
        match timeout(NOW_AND_THEN, peer.0.read(&mut space)).await {
            Ok(Ok(1..)) | Err(_) => {}
            Ok(_) => break,
        }
    }
}

#[tokio::test]
async fn a_stop_is_not_held_up_by_an_idle_peer() {
    let (mut peer, trigger, running) = start(Limits::default()).await;
    peer.greet().await;
    let asked = Instant::now();
    trigger.request();
    let frames = peer.frames().await;
    assert!(frames.contains(&GOAWAY), "{frames:?}");
    timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
}
