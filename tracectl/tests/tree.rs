//! `tracectl tree` as a user runs it, against a server that gives canned answers.

mod canned;

use canned::{Server, run};

const CHECKOUT: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const BEHIND: &str = "91ab0000000000000000000000000001";

fn shop() -> Server {
    Server::default()
        .trace(CHECKOUT, include_str!("canned/checkout.json"))
        .trace(BEHIND, include_str!("canned/fulfillment.json"))
}

#[tokio::test]
async fn a_checkout_is_printed_with_its_linked_trace() {
    let out = run(shop(), &["tree", CHECKOUT, "--width", "120"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert_eq!(out.stdout, include_str!("canned/wide.txt"));
}

#[tokio::test]
async fn a_narrow_terminal_gets_two_lines_a_span_and_whole_ids() {
    let out = run(shop(), &["tree", CHECKOUT, "--width", "72"]).await;
    assert_eq!(out.stdout, include_str!("canned/narrow.txt"));
    let is_long = |line: &&str| line.chars().count() > 72 && !line.contains(" span ");
    assert_eq!(out.stdout.lines().find(is_long), None);
}

#[tokio::test]
async fn from_the_consumer_the_way_leads_back_to_the_producer() {
    let out = run(shop(), &["tree", BEHIND, "--width", "120"]).await;
    let second = out
        .stdout
        .find(&format!("linked trace {CHECKOUT}"))
        .unwrap();
    assert!(out.stdout.find(&format!("trace {BEHIND}")).unwrap() < second);
    assert_eq!(
        out.stdout.matches("\nlinked trace").count(),
        1,
        "each trace is printed once"
    );
}

#[tokio::test]
async fn depth_zero_stays_in_the_trace_but_shows_its_links() {
    let out = run(
        shop(),
        &["tree", CHECKOUT, "--depth", "0", "--width", "120"],
    )
    .await;
    assert!(!out.stdout.contains("linked trace"));
    assert!(
        out.stdout.contains("← linked from fulfillment CONSUMER"),
        "{}",
        out.stdout
    );
}

#[tokio::test]
async fn a_batch_of_many_producers_is_followed_to_twenty_and_the_rest_is_counted() {
    let plain = include_str!("canned/fulfillment.json");
    let id = |number: usize| format!("{number:032x}");
    let link = |number| {
        format!(
            r#"{{"trace_id":"{}","span_id":"s","found":true}}"#,
            id(number)
        )
    };
    let links: Vec<_> = (1..=25).map(link).collect();
    let mut batch: serde_json::Value = serde_json::from_str(plain).unwrap();
    batch["spans"][0]["links"] = serde_json::from_str(&format!("[{}]", links.join(","))).unwrap();
    let server = (1..=25).fold(Server::default(), |server, number| {
        server.trace(&id(number), &plain.replace(BEHIND, &id(number)))
    });
    let out = run(server.trace(BEHIND, &batch.to_string()), &["tree", BEHIND]).await;
    assert_eq!(out.stdout.matches("\nlinked trace").count(), 20);
    assert!(
        out.stdout
            .ends_with("\n5 more linked traces are not shown\n"),
        "{}",
        out.stdout
    );
}

#[tokio::test]
async fn a_missing_parent_and_a_cycle_are_marked_and_nothing_is_left_out() {
    let server = Server::default().trace(CHECKOUT, include_str!("canned/broken.json"));
    let out = run(server, &["tree", CHECKOUT, "--width", "120"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(
        out.stdout.contains("⚠ missing parent 00f067aa0ba902b7"),
        "{}",
        out.stdout
    );
    assert!(out.stdout.contains("└─ orphan"), "{}", out.stdout);
    assert!(out.stdout.contains("⚠ parent cycle"), "{}", out.stdout);
    for name in ["snake", "tail", "itself"] {
        assert_eq!(
            out.stdout.matches(name).count(),
            1,
            "{name}: {}",
            out.stdout
        );
    }
    assert!(out.stdout.contains("evil\\u{1b}[2J"), "{}", out.stdout);
    assert!(
        !out.stdout.contains('\u{1b}'),
        "no escape sequence of others, no colours in a pipe"
    );
}

#[tokio::test]
async fn json_is_what_the_backend_gave() {
    let out = run(shop(), &["tree", CHECKOUT, "--json"]).await;
    let printed: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    let given: serde_json::Value =
        serde_json::from_str(include_str!("canned/checkout.json")).unwrap();
    assert_eq!(printed["traces"][0], given);
    assert_eq!(printed["traces"][1]["trace_id"], BEHIND);
}

#[tokio::test]
async fn an_unknown_trace_is_exit_code_1_and_says_so() {
    let out = run(Server::default(), &["tree", CHECKOUT]).await;
    assert_eq!((out.code, out.stdout.as_str()), (1, ""));
    assert_eq!(
        out.stderr,
        format!("tracectl: trace {CHECKOUT} is not in the backend\n")
    );
}

#[tokio::test]
async fn wait_asks_again_until_the_trace_is_there() {
    let server = shop().late(3);
    let out = run(server, &["tree", CHECKOUT, "--wait", "20s"]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(out.stdout.contains("POST /checkout"));
}

#[tokio::test]
async fn a_prefix_is_no_trace_id() {
    for bad in [
        "4bf9",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0".repeat(32).as_str(),
    ] {
        let out = run(shop(), &["tree", bad]).await;
        assert_eq!(out.code, 2);
        assert!(
            out.stderr.contains("exactly 32 hexadecimal digits"),
            "{}",
            out.stderr
        );
    }
}

#[tokio::test]
async fn https_is_refused_with_the_reason() {
    let out = run(
        Server::default().not_told(),
        &[
            "tree",
            CHECKOUT,
            "--backend",
            "viewer=https://traces.example",
        ],
    )
    .await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr
            .contains("tracectl has no TLS: give an http:// address"),
        "{}",
        out.stderr
    );
}

#[tokio::test]
async fn a_backend_that_is_not_there_is_exit_code_2_in_one_sentence() {
    // Nobody listens on port 1.
    let url = "http://127.0.0.1:1";
    let backend = format!("viewer={url}");
    let out = run(
        Server::default().not_told(),
        &["tree", CHECKOUT, "--backend", &backend],
    )
    .await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr.starts_with(&format!(
            "tracectl: the trace viewer at {url}/ cannot be reached: "
        )),
        "{}",
        out.stderr
    );
    assert_eq!(out.stderr.lines().count(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_trace_is_exit_code_2() {
    let out = run(
        Server::default().trace(CHECKOUT, r#"{"hello":1}"#),
        &["tree", CHECKOUT],
    )
    .await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr
            .contains("something else than expected: missing field"),
        "{}",
        out.stderr
    );
}
