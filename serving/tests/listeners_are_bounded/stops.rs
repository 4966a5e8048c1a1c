//! A stop: nobody new, nobody lost, nobody waited for in vain.

use std::time::Duration;

use serving::listen::Limits;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::listener::*;

#[tokio::test]
async fn a_request_in_flight_is_answered_and_its_connection_closed() {
    let listener = Listener::start(Limits::default()).await;
    let mut peer = listener.connect().await;
    peer.say("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
    listener.busy().await;
    listener.trigger.request();
    let refused = async { while TcpStream::connect(listener.address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.expect("the port closes");
    listener.gate.add_permits(1);
    let answer = peer.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.ends_with("held"), "{answer}");
    assert!(listener.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn idle_connections_are_closed_at_once() {
    let listener = Listener::start(Limits::default()).await;
    let mut kept = listener.connect().await;
    kept.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    kept.answer("hello").await;
    let mut silent = listener.connect().await;
    let took = listener.stop().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!((kept.rest().await, silent.rest().await), <_>::default());
}

#[tokio::test]
async fn a_stuck_peer_is_waited_for_only_so_long() {
    let limits = Limits {
        drain: SHORT,
        ..Limits::default()
    };
    let listener = Listener::start(limits).await;
    let mut stuck = listener.connect().await;
    stuck
        .say("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[")
        .await;
    let mut held = listener.connect().await;
    held.say("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
    listener.busy().await;
    let took = listener.stop().await;
    assert!((SHORT..SHORT * 10).contains(&took), "{took:?}");
    assert_eq!((stuck.rest().await, held.rest().await), <_>::default());
}

#[tokio::test]
async fn a_process_that_will_stop_says_so_before_it_does() {
    let limits = Limits {
        notice: Duration::from_secs(2),
        ..Limits::default()
    };
    let listener = Listener::start(limits).await;
    let ready = listener.ask("/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    let mut kept = listener.connect().await;
    kept.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    kept.answer("hello").await;
    listener.trigger.request();
    let ready = listener.ask("/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(ready.ends_with("stopping\n"), "{ready}");
    // Work that still comes is done, and its connection is not for more.
    kept.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let answer = kept.rest().await;
    assert!(answer.contains("connection: close"), "{answer:?}");
    assert!(answer.ends_with("hello"), "{answer}");
    listener.stop().await;
}
