//! The program as a user meets it: exit codes, files, Ctrl-C.

mod shop;

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use shop::{Shop, loadgen, program};

#[tokio::test(flavor = "multi_thread")]
async fn bad_arguments_and_strangers_are_refused_with_2_and_nothing_is_sent() {
    for (arguments, told) in [
        (&["--rate", "fast"][..], "number of requests a second"),
        (&["--target", "http://192.0.2.1"], "--i-own-this-target"),
        (&["--html", "/nowhere/load.html"], "cannot be written"),
    ] {
        let output = loadgen(arguments).await;
        assert_eq!(output.code, Some(2), "{arguments:?}: {}", output.stderr);
        assert!(output.stderr.contains(told), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_there_is_told_at_once_with_1() {
    // Nobody listens on port 1.
    let url = "http://127.0.0.1:1";
    let output = loadgen(&["--target", url, "--duration", "1h"]).await;
    assert_eq!(output.code, Some(1));
    let expected = format!("the target {url} cannot be reached");
    assert!(output.stderr.contains(&expected), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_run_with_what_it_has() {
    let shop = Shop::default().start().await;
    let process = program(&["--target", &shop.url, "--duration", "1h", "--json"])
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while shop.count("/") < 10 {
        assert!(Instant::now() < deadline, "no load arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = i32::try_from(process.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::INT).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), process.wait_with_output());
    let output = ended.await.expect("it ends").unwrap();
    assert_eq!(output.status.code(), Some(0));
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["interrupted"], true);
    assert_eq!(result["requests"]["sent"], shop.count("/"));
    assert!(result["load_time_s"].as_f64().unwrap() < 60.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_does_not_wait_long_for_a_shop_that_hangs() {
    let shop = Shop {
        never_answers: true,
        ..Shop::default()
    };
    let shop = shop.start().await;
    let arguments = [
        "--target",
        &shop.url,
        "--duration",
        "1h",
        "--timeout",
        "1h",
        "--json",
    ];
    let process = program(&arguments).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while shop.count("/") < 3 {
        assert!(Instant::now() < deadline, "no load arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = i32::try_from(process.id().unwrap()).unwrap();
    // The second says: now.
    kill_process(Pid::from_raw(pid).unwrap(), Signal::INT).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), process.wait_with_output());
    let output = ended.await.expect("it ends").unwrap();
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        result["total"]["errors"]["abandoned"],
        result["requests"]["sent"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_promises_are_verified_and_listed() {
    let shop = Shop::default().start().await;
    let folder = tempfile::tempdir().unwrap();
    let (orders, page) = (folder.path().join("o.jsonl"), folder.path().join("l.html"));
    let output = loadgen(&[
        "--target",
        &shop.url,
        "--rate",
        "200",
        "--count",
        "50",
        "--mix",
        "checkout=6,orders=2,retry=2",
        "--verify-orders",
        "--orders-file",
        orders.to_str().unwrap(),
        "--html",
        page.to_str().unwrap(),
    ])
    .await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let lines = std::fs::read_to_string(orders).unwrap();
    let orders: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = format!("{} acknowledged", orders.len());
    assert!(output.stdout.contains(&told), "{}", output.stdout);
    assert!(
        output.stdout.contains("0 not as promised"),
        "{}",
        output.stdout
    );
    for order in orders {
        assert_eq!(order["state"], "reserved");
        assert_eq!(order["trace_id"], "of the shop");
        assert_eq!(order["client_trace_id"].as_str().unwrap().len(), 32);
        assert!(order["lines"][0]["quantity"].as_u64().unwrap() > 0);
    }
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Latency by percentile"));
    // The questions of the verification are not recorded.
    let unsampled = shop.header("traceparent").into_iter();
    assert_eq!(
        unsampled.filter(|header| header.ends_with("-00")).count(),
        lines.lines().count()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_is_told_with_1() {
    for (shop, told) in [
        (
            Shop {
                state: Some("failed"),
                ..Shop::default()
            },
            "are not what was promised, for example order-",
        ),
        (
            Shop {
                state: Some("accepted"),
                ..Shop::default()
            },
            "are not what was promised",
        ),
        (
            Shop {
                forgets_keys: true,
                ..Shop::default()
            },
            "with the same Idempotency-Key became another order",
        ),
    ] {
        let shop = shop.start().await;
        let output = loadgen(&[
            "--target",
            &shop.url,
            "--rate",
            "200",
            "--count",
            "40",
            "--mix",
            "checkout=1,retry=1",
            "--verify-orders",
            "--verify-timeout",
            "500ms",
        ])
        .await;
        assert_eq!(output.code, Some(1), "{}", output.stdout);
        assert!(output.stderr.contains(told), "{}", output.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_counted_by_status_and_are_no_failure_of_the_run() {
    let shop = Shop {
        refuses: Some(StatusCode::SERVICE_UNAVAILABLE),
        ..Shop::default()
    };
    let shop = shop.start().await;
    let output = loadgen(&[
        "--target",
        &shop.url,
        "--rate",
        "200",
        "--count",
        "20",
        "--mix",
        "checkout=1",
        "--json",
    ])
    .await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let result = output.json();
    assert_eq!(result["total"]["statuses"]["503"], 20);
    assert_eq!(result["total"]["status_classes"]["5xx"], 20);
    assert_eq!(result["orders"]["acknowledged"], 0);
}
