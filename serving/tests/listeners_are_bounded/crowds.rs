//! More peers than there are places.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serving::listen::Limits;
use shared_telemetry::task;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::listener::*;

const CROWD: usize = 10_000;
/// Handles for everything else in this process, the listener's side of the connections included.
const OTHERS: u64 = 2_000;

/// As many silent peers as the system lets this process have, up to ten thousand.
fn crowd() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
    let allowed = maximum.unwrap_or(u64::MAX).saturating_sub(OTHERS);
    let size = usize::try_from(allowed).unwrap_or(CROWD).min(CROWD);
    if size < CROWD {
        println!("the system allows only {size} connections");
    }
    size
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_silent_connections_keep_nobody_out() {
    let listener = Listener::start(Limits::default()).await;
    let mut regular = listener.connect().await;
    let address = listener.address;
    let mut silent = task::spawn(async move {
        let mut silent = Vec::new();
        for number in 0..crowd() {
            let peer = TcpStream::connect(address).await.unwrap();
            // Every other one begins to say something.
            if number % 2 == 0 {
                let _ = peer.try_write(b"GET /hello HT");
            }
            silent.push(peer);
        }
        silent
    });
    let (mut answers, mut slowest) = (0, Duration::ZERO);
    let silent = loop {
        let asked = Instant::now();
        assert!(listener.ask("/hello").await.ends_with("hello"));
        regular.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
        let answer = regular.answer("hello").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        slowest = slowest.max(asked.elapsed());
        answers += 2;
        if silent.is_finished() {
            break (&mut silent).await.unwrap();
        }
    };
    println!(
        "{answers} answers beside {} silent connections, the slowest pair in {slowest:?}",
        silent.len()
    );
    assert!(answers >= 20, "only {answers} answers");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

#[tokio::test]
async fn who_has_worked_is_kept_and_who_never_spoke_makes_room() {
    let limits = Limits {
        connections: 3,
        ..Limits::default()
    };
    let listener = Listener::start(limits).await;
    let mut regular = listener.connect().await;
    regular.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    regular.answer("hello").await;
    let mut first = listener.connect().await;
    let _second = listener.connect().await;
    let _third = listener.connect().await;
    assert_eq!(first.rest().await, "");
    regular.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    regular.answer("hello").await;
}

#[tokio::test]
async fn when_everybody_is_busy_the_next_one_waits_for_a_place() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let listener = Listener::start(limits).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut peer = listener.connect().await;
        peer.say("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
        listener.busy().await;
        busy.push(peer);
    }
    let mut next = listener.connect().await;
    next.say("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let early = timeout(SHORT, next.0.readable()).await;
    assert!(early.is_err(), "answered, though all places were taken");
    listener.gate.add_permits(1);
    next.answer("hello").await;
    listener.gate.add_permits(1);
    for mut peer in busy {
        // The one that was answered first may have made room for the next: closed, but answered.
        peer.answer("held").await;
    }
}

#[tokio::test]
async fn a_place_is_taken_as_soon_as_somebody_is_no_longer_busy() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let listener = Listener::start(limits).await;
    let mut busy = listener.connect().await;
    busy.say("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
    listener.busy().await;
    let began = Instant::now();
    for _ in 0..10 {
        let mut next = listener.connect().await;
        next.say("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await;
        listener.gate.add_permits(1);
        // Its connection stays open, and is the one that makes room.
        busy.answer("held").await;
        listener.busy().await;
        busy = next;
    }
    // Who would only look once a second takes ten.
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}
