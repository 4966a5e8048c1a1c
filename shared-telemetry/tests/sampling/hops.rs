//! What a rule promises for a route holds for the whole trace behind it.

use std::time::Instant;

use crate::{call, gateway};

#[tokio::test]
async fn health_checks_are_never_recorded_and_neither_is_what_they_call() {
    let gateway = gateway(0).await;
    for method in ["GET", "HEAD"] {
        for _ in 0..10 {
            let outcome = call(gateway, method, "/healthz", &[]).await;
            assert!(!outcome.is_whole_or_none(), "{method}");
        }
    }
}

#[tokio::test]
async fn checkouts_are_always_recorded_whole() {
    let gateway = gateway(0).await;
    for _ in 0..20 {
        let outcome = call(gateway, "POST", "/checkout", &[]).await;
        assert!(outcome.is_whole_or_none());
        assert!(outcome.trace.has("POST /checkout"), "{}", outcome.trace);
    }
}

#[tokio::test]
async fn the_rest_is_decided_by_the_last_rule_and_not_by_the_path() {
    let gateway = gateway(0).await;
    for path in ["/else", "/nowhere", "/checkout", "/quote/checkout"] {
        let outcome = call(gateway, "GET", path, &[]).await;
        assert!(!outcome.is_whole_or_none(), "{path}");
    }
}

#[tokio::test]
async fn a_rate_keeps_whole_traces_and_no_more_than_it_says() {
    let gateway = gateway(0).await;
    let started = Instant::now();
    let mut kept = 0;
    for _ in 0..50 {
        let outcome = call(gateway, "GET", "/rated", &[]).await;
        kept += usize::from(outcome.is_whole_or_none());
    }
    let most = 4.0 + 4.0 * started.elapsed().as_secs_f64();
    assert!(kept >= 4, "{kept}: a second's worth at once");
    assert!(kept as f64 <= most, "{kept} of at most {most}");
}

#[tokio::test]
async fn a_share_is_chosen_by_the_end_of_the_trace_id_in_whole_traces() {
    let gateway = gateway(0).await;
    let mut kept = 0;
    for _ in 0..40 {
        let outcome = call(gateway, "GET", "/half", &[]).await;
        // The 56 random bits begin behind nine bytes; half of all begin with 8 or more.
        let upper_half = outcome.trace_id.as_bytes()[18] >= b'8';
        assert_eq!(
            outcome.is_whole_or_none(),
            upper_half,
            "{}",
            outcome.trace_id
        );
        kept += usize::from(upper_half);
    }
    // Beyond 3 to 37 of 40 a fair coin falls once in 10⁸ runs.
    assert!((3..=37).contains(&kept), "{kept} of 40");
}
