//! A short run of the load check: `docs/load.md` has the long ones.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::time::Duration;

use system_tests::LoadCheck;

#[tokio::test(flavor = "multi_thread")]
async fn under_load_every_order_s_trace_is_whole_and_the_stock_adds_up() {
    let load = ["--rate", "20", "--duration", "10s", "--arrivals", "poisson"];
    let check = LoadCheck {
        demo: env!("CARGO_BIN_EXE_demo-under-test").into(),
        loadgen: env!("CARGO_BIN_EXE_loadgen-under-test").into(),
        arguments: load.map(str::to_owned).to_vec(),
        patience: Duration::from_secs(30),
    };
    let outcome = check.run().await;
    assert!(outcome.verdict.orders > 50, "{}", outcome.report);
    assert!(outcome.is_clean(), "{outcome}\n{}", outcome.report);
    assert_eq!(
        outcome.report["orders"]["verification"]["not_as_promised"], 0,
        "{}",
        outcome.report
    );
}
