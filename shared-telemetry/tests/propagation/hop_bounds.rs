//! What the hop refuses, each with one sentence.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::hop::{hop, post_raw};

async fn answer(body: &str) -> (u16, String) {
    let hop = hop().await;
    answer_of(hop, body).await
}

async fn answer_of(hop: SocketAddr, body: &str) -> (u16, String) {
    let answer = post_raw(hop, &[], body).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head[9..12].parse().expect("a status");
    (status, body.to_owned())
}

#[tokio::test]
async fn nonsense_is_a_bad_request() {
    for body in [
        "x",
        "{}",
        "[{}]",
        "[{\"url\": 1}]",
        "[{\"url\": \"ftp://127.0.0.1/\"}]",
        "[{\"url\": \"\"}]",
    ] {
        let (status, fault) = answer(body).await;
        assert_eq!(status, 400, "{body}: {fault}");
        assert!(!fault.is_empty() && !fault.contains('\n'), "{fault}");
    }
}

#[tokio::test]
async fn nothing_to_do_is_done() {
    for body in ["", "[]"] {
        assert_eq!(answer(body).await.0, 200);
    }
}

#[tokio::test]
async fn other_machines_are_refused_unless_told() {
    for url in [
        "http://192.0.2.1/",
        "http://example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@192.0.2.1/",
        "http://[2001:db8::1]/",
        "http://0.0.0.0/",
    ] {
        let (status, fault) = answer(&json!([{"url": url}]).to_string()).await;
        assert_eq!(status, 403, "{url}: {fault}");
        assert!(fault.contains("--allow-remote"), "{fault}");
    }
}

#[tokio::test]
async fn a_target_that_does_not_answer_is_told() {
    // Nobody listens on port 1.
    let (status, fault) = answer(&json!([{"url": "http://127.0.0.1:1/"}]).to_string()).await;
    assert_eq!(status, 502);
    assert!(fault.contains("no answer from"), "{fault}");
}

/// A hop that is asked to ask itself, `depth` times.
fn nested(hop: SocketAddr, depth: usize) -> Value {
    let url = format!("http://{hop}/test");
    (0..depth).fold(
        json!([]),
        |arguments, _| json!([{"url": url, "arguments": arguments}]),
    )
}

#[tokio::test]
async fn hops_and_depth_are_bounded() {
    let hop = hop().await;
    assert_eq!(answer_of(hop, &nested(hop, 8).to_string()).await.0, 200);
    let (status, fault) = answer_of(hop, &nested(hop, 9).to_string()).await;
    assert_eq!(status, 422);
    assert!(fault.contains("9 deep"), "{fault}");

    let url = format!("http://{hop}/test");
    let flat = |n: usize| Value::from(vec![json!({"url": url}); n]).to_string();
    assert_eq!(answer_of(hop, &flat(32)).await.0, 200);
    assert_eq!(answer_of(hop, &flat(33)).await.0, 422);
    assert_eq!(answer_of(hop, &"[".repeat(10_000)).await.0, 400);
}

#[tokio::test]
async fn a_body_beyond_64_kib_is_refused() {
    let body = format!("[{}]", " ".repeat(64 * 1024));
    assert_eq!(answer(&body).await.0, 413);
}
