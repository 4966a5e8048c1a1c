//! What loadgen says about a shop that stands still: the open loop tells it, the closed hides it.

mod shop;

use std::time::Duration;

use serde_json::Value;
use shop::{Shop, loadgen};

/// Every tenth request or so is due while the shop stands still.
fn stands_still_once() -> Shop {
    Shop {
        stands_still: Some((20, Duration::from_millis(300))),
        ..Shop::default()
    }
}

fn number(value: &Value, path: &str) -> f64 {
    let found = value
        .pointer(path)
        .unwrap_or_else(|| panic!("no {path} in {value}"));
    found
        .as_f64()
        .unwrap_or_else(|| panic!("{path} is {found}"))
}

const INTENDED: &str = "/total/latency_from_intended_start_ms";
const SERVICE: &str = "/total/service_time_ms";

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_is_in_the_latency_of_all_who_had_to_wait_and_in_one_service_time() {
    let shop = stands_still_once().start().await;
    let output = loadgen(&[
        "--target",
        &shop.url,
        "--rate",
        "100",
        "--count",
        "100",
        "--max-in-flight",
        "1",
        "--json",
    ])
    .await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let result = output.json();
    assert_eq!(number(&result, "/total/answered"), 100.0);
    // 30 of 100 were due while nothing moved.
    let (waited, served) = (
        number(&result, &format!("{INTENDED}/p90")),
        number(&result, &format!("{SERVICE}/p90")),
    );
    assert!(waited > 100.0, "p90 from the intended start: {waited} ms");
    assert!(served < 100.0, "p90 of the service time: {served} ms");
    assert!(number(&result, &format!("{SERVICE}/max")) >= 290.0);
    assert!(number(&result, "/requests/late") >= 20.0);
    assert_eq!(number(&result, "/requests/dropped"), 0.0);
    let slowest = number(&result, "/slowest/0/due_at_s");
    assert!(
        (0.19..0.5).contains(&slowest),
        "due while nothing moved, as the 21st was at 0.2 s: {slowest}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_loop_hides_the_same_stall() {
    let shop = stands_still_once().start().await;
    let output = loadgen(&[
        "--target", &shop.url, "--closed", "1", "--count", "100", "--json",
    ])
    .await;
    let result = output.json();
    assert_eq!(number(&result, "/total/answered"), 100.0);
    assert_eq!(result["load"]["loop"], "closed");
    assert_eq!(result["rate"]["intended_per_s"], Value::Null);
    assert!(number(&result, &format!("{INTENDED}/p90")) < 100.0);
    assert!(number(&result, &format!("{INTENDED}/max")) >= 290.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_sent_is_counted_and_never_forgotten() {
    let shop = Shop {
        never_answers: true,
        ..Shop::default()
    };
    let shop = shop.start().await;
    let output = loadgen(&[
        "--target",
        &shop.url,
        "--rate",
        "200",
        "--count",
        "40",
        "--max-in-flight",
        "2",
        "--max-waiting",
        "3",
        "--timeout",
        "1s",
        "--json",
    ])
    .await;
    // Nothing was answered.
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("answered none of"),
        "{}",
        output.stderr
    );
    let result = output.json();
    let requests = &result["requests"];
    assert_eq!(requests["dropped_waiting_line_full"], 35);
    let (sent, dropped) = (number(requests, "/sent"), number(requests, "/dropped"));
    assert_eq!(sent + dropped, 40.0, "{requests}");
    assert_eq!(number(&result, "/total/errors/timeout"), sent);
    assert_eq!(shop.count("/") as f64, sent);
    let in_time: f64 = result["over_time"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slice| number(slice, "/sent") + number(slice, "/dropped"))
        .sum();
    assert_eq!(in_time, 40.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_is_kept_and_every_arrival_is_sent_once() {
    let shop = Shop::default().start().await;
    let output = loadgen(&[
        "--target",
        &shop.url,
        "--rate",
        "200",
        "--duration",
        "2s",
        "--warm-up",
        "500ms",
        "--json",
    ])
    .await;
    let result = output.json();
    assert_eq!(number(&result, "/requests/sent"), 400.0);
    assert_eq!(number(&result, "/requests/warm_up_not_counted"), 100.0);
    assert_eq!(shop.count("/"), 500);
    assert_eq!(number(&result, "/rate/sent_per_s"), 200.0);
    let answered = number(&result, "/rate/answered_per_s");
    assert!((150.0..=200.0).contains(&answered), "{answered}/s");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_sends_the_same_carts_under_other_keys() {
    let shop = Shop::default().start().await;
    let arguments = [
        "--target",
        &shop.url,
        "--rate",
        "200",
        "--count",
        "30",
        "--mix",
        "checkout=1,stock=1",
        "--seed",
        "7",
        "--json",
    ];
    let (first, second) = (loadgen(&arguments).await, loadgen(&arguments).await);
    let scenarios = |output: &shop::Output| {
        let result = output.json();
        let of = |scenario: &Value| (scenario["scenario"].clone(), scenario["sent"].clone());
        let all = result["scenarios"].as_array().unwrap();
        all.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(scenarios(&first), scenarios(&second));
    let mut paths: Vec<_> = {
        let seen = shop.shop.seen.lock().unwrap();
        seen.iter().map(|(path, _)| path.clone()).collect()
    };
    let mut again = paths.split_off(30);
    paths.sort();
    again.sort();
    assert_eq!(paths, again, "the same articles are looked at");
    let mut keys = shop.header("idempotency-key");
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(
        keys.len(),
        all,
        "the second run is not taken for a retry of the first"
    );
}
