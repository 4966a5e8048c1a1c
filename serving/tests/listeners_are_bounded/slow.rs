//! Peers that take their time, and peers that say too much.

use std::time::{Duration, Instant};

use serving::listen::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::listener::*;

#[tokio::test]
async fn a_head_that_comes_a_byte_at_a_time_is_not_waited_for() {
    let listener = Listener::start(Limits {
        head: SHORT,
        ..Limits::default()
    })
    .await;
    let mut slow = listener.connect().await;
    slow.say("GET /hello HTTP/1.1\r\n").await;
    let said = slow
        .drip("x-padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
        .await;
    assert_eq!(said, "");
    let mut silent = listener.connect().await;
    assert_eq!(silent.rest().await, "");
    assert!(listener.ask("/hello").await.ends_with("hello"));
}

#[tokio::test]
async fn a_second_request_has_the_same_time_for_its_head() {
    let listener = Listener::start(Limits {
        head: SHORT,
        ..Limits::default()
    })
    .await;
    let mut peer = listener.connect().await;
    peer.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    peer.answer("hello").await;
    assert_eq!(peer.drip("G").await, "");
}

#[tokio::test]
async fn a_body_that_comes_a_byte_at_a_time_is_a_408_problem() {
    let listener = Listener::start(Limits {
        body: SHORT,
        ..Limits::default()
    })
    .await;
    let mut slow = listener.connect().await;
    slow.say(
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
         content-length: 60000\r\n\r\n",
    )
    .await;
    let answer = slow.drip(" ").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("did not arrive within 300ms"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_given_up() {
    for path in ["/endless", "/large"] {
        let limits = Limits {
            answer: SHORT,
            drain: PATIENCE * 2,
            ..Limits::default()
        };
        let listener = Listener::start(limits).await;
        let mut peer = listener.connect().await;
        peer.say(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n"))
            .await;
        peer.answer("\r\n\r\n").await;
        // The stop waits for the answer, so its end is the end of the connection.
        listener.stop().await;
        let taken = peer.rest().await.len();
        assert!(taken < LARGE, "{path}: all {taken} bytes came");
    }
}

#[tokio::test]
async fn an_answer_that_is_taken_a_little_at_a_time_is_given_up() {
    let listener = Listener::start(Limits {
        answer: SHORT,
        ..Limits::default()
    })
    .await;
    let mut peer = listener.connect().await;
    peer.say("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let deadline = Instant::now() + PATIENCE;
    let mut space = vec![0; 16 * 1024];
    // More than a socket holds back, so that it is the listener who ends it.
    while let Ok(1..) = peer.0.read(&mut space).await {
        assert!(Instant::now() < deadline, "served for ever");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_in_use_is_not() {
    let listener = Listener::start(Limits {
        idle: SHORT * 5,
        ..Limits::default()
    })
    .await;
    let mut peer = listener.connect().await;
    let began = Instant::now();
    while began.elapsed() < SHORT * 7 {
        peer.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
        let answer = peer.answer("hello").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(peer.rest().await, "");
}

#[tokio::test]
async fn a_head_of_64_kib_is_a_431_and_nobody_else_notices() {
    let listener = Listener::start(Limits::default()).await;
    let mut peer = listener.connect().await;
    let header = "a".repeat(64 * 1024);
    peer.say(&format!(
        "GET /hello HTTP/1.1\r\nhost: a\r\nx-large: {header}\r\n\r\n"
    ))
    .await;
    let answer = peer.rest().await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer:?}");
    assert!(listener.ask("/hello").await.ends_with("hello"));
}

#[tokio::test]
async fn header_lines_without_end_are_a_431() {
    let listener = Listener::start(Limits::default()).await;
    for line in [
        "a: b\r\n".repeat(100),
        format!("a: {}\r\n", "b".repeat(500)),
    ] {
        let mut peer = listener.connect().await;
        peer.say("GET /hello HTTP/1.1\r\nhost: a\r\n").await;
        let mut sent = 0;
        while peer.0.write_all(line.as_bytes()).await.is_ok() {
            sent += line.len();
            assert!(sent < LARGE, "{sent} bytes of headers were taken");
            if timeout(Duration::ZERO, peer.0.readable()).await.is_ok() {
                break;
            }
        }
        let answer = peer.rest().await;
        assert!(
            answer.starts_with("HTTP/1.1 431"),
            "{answer:?} after {sent} bytes"
        );
    }
}

#[tokio::test]
async fn who_is_refused_while_sending_can_finish_and_read_why() {
    let listener = Listener::start(Limits::default()).await;
    let mut peer = listener.connect().await;
    peer.say(&format!(
        "GET /hello HTTP/1.1\r\nx-large: {}",
        "a".repeat(40_000)
    ))
    .await;
    let refused = timeout(PATIENCE, peer.0.readable()).await;
    refused.expect("an answer").unwrap();
    // Without patience on the other side the first of them is met by a reset.
    for _ in 0..10 {
        peer.say(&"a".repeat(10_000)).await;
        tokio::task::yield_now().await;
    }
    let answer = peer.rest().await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer:?}");
}
