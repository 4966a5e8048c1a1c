//! Shares are chosen by the trace's randomness: the same in every collector, and for both sides of
//! a queue.

use std::collections::HashSet;
use std::path::Path;

use crate::load::{in_share, randomness, request_text, span_text};
use crate::program::otelcol;
use crate::stack::{Stack, files};
use crate::telemetry::{spans, trace_id};

const PAIRS: u64 = 5_000;

/// A checkout's trace, and the one that takes its message.
fn pair(number: u64) -> [String; 2] {
    [trace_id(2 * number), trace_id(2 * number + 1)]
}

/// One checkout in fifty fails, and one of the messages in fifty, another one.
fn fails(number: u64) -> [bool; 2] {
    [number % 50 == 7, number % 50 == 18]
}

fn text(key: &str, value: &str) -> String {
    format!(r#","attributes":[{{"key":"{key}","value":{{"stringValue":"{value}"}}}}]"#)
}

/// Half of them orders; of each third the root is elsewhere, and never comes.
async fn send(stack: &Stack) {
    for first in (0..PAIRS).step_by(500) {
        let [mut sent, mut taken] = [Vec::new(), Vec::new()];
        for number in first..first + 500 {
            let [checkout, order] = pair(number);
            let of_an_order = number.is_multiple_of(2);
            let topic = if of_an_order {
                "order.created"
            } else {
                "other"
            };
            let route = if of_an_order { "/checkout" } else { "/items" };
            let without_root = usize::from(number.is_multiple_of(3));
            let state = format!(r#","traceState":"ot=rv:{}""#, &checkout[18..]);
            let state = format!("{state}{}", text("messaging.destination.name", topic));
            sent.push(span_text(
                &checkout,
                1 + without_root,
                fails(number)[0],
                &text("http.route", route),
            ));
            taken.push(span_text(&order, 1 + without_root, false, &state));
            // Behind a hop that loses the tracestate.
            taken.push(span_text(&order, 3, fails(number)[1], ""));
        }
        for (service, spans) in [("gateway", sent), ("fulfillment", taken)] {
            let request = request_text(service, &spans);
            let status = stack.collector.offer("traces", request).await;
            assert!(status.is_success(), "{status}");
        }
    }
}

/// Which traces a collector keeps with these shares, of orders and of all.
async fn kept(program: &Path, [orders, all]: [&str; 2]) -> HashSet<String> {
    let settings = [
        ("TAIL_CHECKOUT_PERCENT", orders),
        ("TAIL_BASELINE_PERCENT", all),
        ("TAIL_QUIET_SPANS_PER_SECOND", "0"),
        ("TAIL_WAIT", "2s"),
    ];
    let mut stack = Stack::new(program, files("sampler"), &settings);
    stack.start_backends().await;
    stack.start_collector().await;
    send(&stack).await;
    let decided = "otelcol_processor_tail_sampling_global_count_traces_sampled";
    stack
        .wait("decision on every trace", async || {
            let all = stack.own_metric(decided, "").await >= 2.0 * PAIRS as f64;
            let kept = stack.own_metric(decided, "sampled=\"true\"").await;
            let found = of(&stack);
            (all && found.len() as f64 >= kept).then_some(found)
        })
        .await
}

fn of(stack: &Stack) -> HashSet<String> {
    let requests = stack.requests("tempo");
    let ids = spans(&requests).into_iter();
    ids.filter_map(|span| span["traceId"].as_str().map(str::to_owned))
        .collect()
}

fn judge(kept: &HashSet<String>, [orders, all]: [&str; 2]) {
    let percent = |share: &str| share.parse::<f64>().unwrap();
    let [mut both, mut one, mut none] = [0, 0, 0];
    for number in 0..PAIRS {
        let [checkout, order] = pair(number);
        let random = randomness(&checkout);
        let of_an_order = number.is_multiple_of(2) && in_share(random, percent(orders));
        let shared = of_an_order || in_share(random, percent(all));
        let should = fails(number).map(|fails| fails || shared);
        let are = [&checkout, &order].map(|trace| kept.contains(trace));
        assert_eq!(are, should, "{checkout} and {order}");
        match are {
            [true, true] => both += 1,
            [false, false] => none += 1,
            _ => one += 1,
        }
    }
    println!(
        "{orders} % of orders, {all} % of all, errors: of {PAIRS} pairs {both} kept, {none} dropped, {one} kept on the side that failed; broken otherwise: 0"
    );
}

#[tokio::test]
async fn every_collector_keeps_the_same_shares_and_both_sides_of_a_queue() {
    let Some(program) = otelcol() else { return };
    let usual = ["25", "10"];
    let (one, another) = tokio::join!(kept(&program, usual), kept(&program, usual));
    assert_eq!(one, another);
    judge(&one, usual);
}

#[tokio::test]
async fn a_share_may_be_nothing_all_or_a_fraction() {
    let Some(program) = otelcol() else { return };
    let [fractions, extremes] = [["2.5", "0.5"], ["100", "0"]];
    let (one, another) = tokio::join!(kept(&program, fractions), kept(&program, extremes));
    judge(&one, fractions);
    judge(&another, extremes);
}

/// What redaction could take for a card, and what stands beside a secret.
const STATES: [[&str; 2]; 4] = [
    ["ot=rv:56123456789012", "ot=rv:56123456789012"],
    ["ot=th:8;rv:60112345678901", "ot=th:8;rv:60112345678901"],
    [
        "v=who@example.com,ot=rv:0123456789abcd",
        "ot=rv:0123456789abcd",
    ],
    ["??=who@example.com,ot=rv:0123456789abcd", ""],
];

#[tokio::test]
async fn redaction_leaves_the_randomness_of_a_trace() {
    let Some(program) = otelcol() else { return };
    let settings = [("TAIL_BASELINE_PERCENT", "100"), ("TAIL_WAIT", "2s")];
    let mut stack = Stack::new(&program, files("single"), &settings);
    stack.start_backends().await;
    stack.start_collector().await;
    let span = |(number, [state, _]): (usize, &[&str; 2])| {
        let state = format!(r#","traceState":"{state}""#);
        span_text(&trace_id(number as u64), 2, false, &state)
    };
    let all: Vec<_> = STATES.iter().enumerate().map(span).collect();
    let status = stack
        .collector
        .offer("traces", request_text("gateway", &all));
    assert!(status.await.is_success());
    let found = stack
        .wait("spans", async || {
            let requests = stack.requests("tempo");
            let state = |number: usize| {
                let spans = spans(&requests);
                let trace = trace_id(number as u64);
                let span = spans.iter().find(|span| span["traceId"] == *trace)?;
                Some(span["traceState"].as_str().unwrap_or_default().to_owned())
            };
            (0..STATES.len()).map(state).collect::<Option<Vec<_>>>()
        })
        .await;
    assert_eq!(found, STATES.map(|[_, expected]| expected));
}
