//! change-the-sampling-rate.md.

use system_tests::cart;

use crate::demo;

const ORDERS: usize = 40;

/// How many of these orders say in their answer that they are recorded.
async fn recorded(ratio: &str) -> usize {
    let demo = demo()
        .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .env("OTEL_TRACES_SAMPLER_ARG", ratio)
        .start();
    let mut recorded = 0;
    for _ in 0..ORDERS {
        let answer = demo.checkout(&cart(), &[]).await;
        let flags = answer.headers["traceresponse"].to_str().unwrap();
        // The last digit of the flags is odd.
        recorded += usize::from(flags.ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f']));
    }
    recorded
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_whether_its_request_is_recorded_by_the_share_that_was_set() {
    assert_eq!(recorded("0").await, 0);
    assert_eq!(recorded("1").await, ORDERS);
    let some = recorded("0.5").await;
    // Less than one run in a million million is all or none.
    assert!((1..ORDERS).contains(&some), "{some} of {ORDERS}");
}
