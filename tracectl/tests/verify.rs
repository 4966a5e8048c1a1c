//! `tracectl verify` as an operator runs it, against a gateway and a backend with canned answers.

mod canned;

use canned::{Server, run};

const VERIFY: [&str; 5] = [
    "verify",
    "--gateway",
    "{server}",
    "--backend",
    "viewer={server}",
];
const CHECKOUT: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const BEHIND: &str = "91ab0000000000000000000000000001";

/// A shop whose trace is there but not what it should be: there is only one quote.
fn shop() -> Server {
    let state = format!(
        r#"{{"state":"reserved","checkout_trace_id":"{CHECKOUT}","fulfillment_trace_id":"{BEHIND}"}}"#
    );
    Server::default()
        .answer("/api/services", r#"{"services":[]}"#)
        .answer("/api/traces", r#"{"traces":[]}"#)
        .answer(
            "/checkout",
            &format!(r#"{{"order_id":"o-1","trace_id":"{CHECKOUT}"}}"#),
        )
        .answer("/orders/o-1", &state)
        .trace(CHECKOUT, include_str!("canned/checkout.json"))
        .trace(BEHIND, include_str!("canned/fulfillment.json"))
}

fn verify(more: &[&'static str]) -> Vec<&'static str> {
    VERIFY.iter().chain(more).copied().collect()
}

#[tokio::test]
async fn a_broken_order_is_exit_code_1_and_names_the_hop() {
    let out = run(shop(), &verify(&["--timeout", "1s"])).await;
    assert_eq!(out.code, 1, "{}", out.stderr);
    assert!(
        out.stdout
            .starts_with(&format!("order o-1\n  checkout trace     {CHECKOUT}\n")),
        "{}",
        out.stdout
    );
    assert!(
        out.stdout.contains("✓ order: o-1 is reserved"),
        "{}",
        out.stdout
    );
    // Each side is read for itself.
    assert!(out.stdout.contains("✓ checkout trace: 6 spans"));
    assert!(out.stdout.contains("✓ fulfillment trace: 4 spans"));
    assert!(
        out.stdout.contains(
            "✗ HTTP gateway → pricing: gateway has 1 of 2 CLIENT spans `GET` below 00f067aa0ba90202"
        ),
        "{}",
        out.stdout
    );
    assert!(
        out.stdout.contains("\n    likely cause: "),
        "{}",
        out.stdout
    );
}

#[tokio::test]
async fn json_names_the_failed_checks() {
    let out = run(shop(), &verify(&["--timeout", "1s", "--json"])).await;
    assert_eq!(out.code, 1);
    let report: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(report["passed"], false);
    assert_eq!(report["failed"][0], "HTTP gateway → pricing");
    assert_eq!(report["checks"][0]["result"], "passed");
}

#[tokio::test]
async fn the_order_has_two_lines_a_coupon_and_a_customer_of_its_own() {
    let server = shop();
    let posted = server.posted.clone();
    for _ in 0..2 {
        run(server.clone(), &verify(&["--timeout", "1s"])).await;
    }
    let carts: Vec<serde_json::Value> = posted
        .lock()
        .unwrap()
        .iter()
        .map(|cart| serde_json::from_str(cart).unwrap())
        .collect();
    assert_eq!(carts[0]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(carts[0]["coupon"], "WELCOME10");
    assert_ne!(carts[0]["customer"]["id"], carts[1]["customer"]["id"]);
}

#[tokio::test]
async fn a_gateway_that_refuses_the_order_is_exit_code_2_with_its_reason() {
    let server = Server::default().answer("/api/services", r#"{"services":[]}"#);
    let out = run(server, &verify(&[])).await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr
            .contains("the gateway refused POST http://127.0.0.1:"),
        "{}",
        out.stderr
    );
    assert!(
        out.stderr.contains("404 Not Found: there is no such thing"),
        "{}",
        out.stderr
    );
}

#[tokio::test]
async fn without_a_backend_no_order_is_placed() {
    let server = Server::default();
    let posted = server.posted.clone();
    let out = run(server, &verify(&[])).await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr.contains("the trace viewer refused GET"),
        "{}",
        out.stderr
    );
    assert!(posted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_exit_code_2_in_one_sentence() {
    // Nobody listens on port 1.
    let url = "http://127.0.0.1:1";
    let out = run(
        shop(),
        &["verify", "--gateway", url, "--backend", "viewer={server}"],
    )
    .await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr.starts_with(&format!(
            "tracectl: the gateway at {url}/ cannot be reached: "
        )),
        "{}",
        out.stderr
    );
}

#[tokio::test]
async fn bad_arguments_are_exit_code_2_and_say_what_is_accepted() {
    for (arguments, told) in [
        (verify(&["--timeout", "soon"]), "500ms, 20s or 2m"),
        (verify(&["--relation", "sibling"]), "link, parent"),
        (
            vec!["verify", "--gateway", "ftp://x", "--backend", "viewer"],
            "accepted is http://host:port",
        ),
        (
            vec!["verify", "--gateway", "http://u:p@x", "--backend", "viewer"],
            "user or password is not accepted",
        ),
        (
            vec!["verify", "--gateway", "http://x", "--backend", "zipkin"],
            "viewer",
        ),
    ] {
        let out = run(shop(), &arguments).await;
        assert_eq!(out.code, 2, "{arguments:?}");
        assert!(out.stderr.contains(told), "{told}: {}", out.stderr);
        assert!(
            !out.stderr.contains(":p@") || told.contains("user"),
            "{}",
            out.stderr
        );
    }
}
