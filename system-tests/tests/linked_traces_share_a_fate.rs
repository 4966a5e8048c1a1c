//! Sampling at the head on both sides of the queue: an order's traces are kept together or not at
//! all, many in a batch, and whoever samples what was recorded can keep it so.
//! `cargo run --release -p system-tests --bin pair-check` is the same with many thousand orders.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::time::Duration;

use system_tests::{PairCheck, Pairs};
use tokio::sync::Mutex;

/// One at a time: each is a load on a shop of five processes.
static TURN: Mutex<()> = Mutex::const_new(());

async fn orders(orders: usize, sampler: (&str, &str), batch: usize) -> Pairs {
    let check = PairCheck {
        demo: env!("CARGO_BIN_EXE_demo-under-test").into(),
        orders,
        sampler: (sampler.0.to_owned(), sampler.1.to_owned()),
        batch,
        patience: Duration::from_secs(60),
    };
    let _turn = TURN.lock().await;
    check.run().await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_half_of_the_orders_both_sides_are_kept_and_of_the_others_none() {
    let pairs = orders(400, ("parentbased_traceidratio", "0.5"), 50).await;
    assert!(pairs.is_clean(), "{pairs}");
    // Beyond 140 to 260 of 400 a fair coin falls once in 10⁸ runs.
    assert!((140..=260).contains(&pairs.kept), "{pairs}");
    assert_eq!(pairs.kept + pairs.dropped, 400, "{pairs}");
    let (batches, mixed) = pairs.batches;
    assert!(mixed > 0 && batches < 400, "no batch of several: {pairs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_twentieth_too_and_in_batches_of_one_nothing_is_kept_along() {
    let pairs = orders(300, ("parentbased_traceidratio", "0.05"), 1).await;
    assert!(pairs.is_clean(), "{pairs}");
    assert!((1..=50).contains(&pairs.kept), "{pairs}");
    assert_eq!(pairs.batches, (pairs.kept, 0), "{pairs}");
    assert!(pairs.later.iter().all(|later| later.along == 0), "{pairs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_keeps_pairs_too() {
    let pairs = orders(200, ("parentbased_ratelimiting", "1"), 50).await;
    assert!(pairs.is_clean(), "{pairs}");
    assert!(pairs.kept >= 1 && pairs.dropped > 0, "{pairs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn samplers_that_are_not_parent_based_break_pairs_and_the_check_sees_it() {
    let pairs = orders(100, ("ratelimiting", "5"), 50).await;
    assert!(!pairs.is_clean(), "{pairs}");
}
