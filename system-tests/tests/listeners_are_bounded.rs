//! Listeners are bounded in the running shop too, and say so; `serving/tests` has every limit.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::time::{Duration, Instant};

use serde_json::Value;
use system_tests::{Demo, DemoBuilder, cart};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn what_is_closed_against_its_will_is_told_in_one_line_with_a_count() {
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .set("gateway.MAX_CONNECTIONS=10")
        .start();
    let address = demo.url("gateway").replace("http://", "");
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(&address).await.unwrap());
    }
    assert_eq!(demo.checkout(&cart(), &[]).await.status, 202);
    let ours = |line: &Value| {
        line["service"] == "gateway"
            && line["fields"]["reason"]
                .as_str()
                .is_some_and(|reason| reason.starts_with("all places were taken"))
    };
    let deadline = Instant::now() + PATIENCE;
    // All but the ten that fit, and the customer's own connection.
    while closed(&demo, ours) < 190 {
        assert!(Instant::now() < deadline, "untold:\n{}", demo.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(demo.log_lines(ours).len() <= 5, "{}", demo.output());
}

fn closed(demo: &Demo, ours: impl Fn(&Value) -> bool) -> i64 {
    let lines = demo.log_lines(ours);
    lines
        .iter()
        .filter_map(|line| line["fields"]["connections"].as_i64())
        .sum()
}
