//! Spans that nobody who looks for an order has asked for: those of libraries.

use system_tests::Ledger;

use crate::demo;

/// What an order leaves behind.
#[derive(Debug)]
struct Left {
    /// Spans of the checkout's own trace.
    own: usize,
    /// Spans of h2, in whichever trace: their names are paths.
    of_h2: usize,
}

/// Places an order of two articles where `TELEMETRY_SPAN_FILTER` is `filter`.
async fn left_with(filter: &str) -> Left {
    let ledger = Ledger::start().await;
    let mut demo = demo()
        .exporting_to(&ledger)
        .env("TELEMETRY_SPAN_FILTER", filter)
        .start();
    let order = demo.order().await;
    let trace = u128::from_str_radix(&order.trace_id(), 16).unwrap();
    // Whoever stops has exported everything.
    tokio::task::block_in_place(|| demo.stop());
    ledger.read(|spans| Left {
        own: spans.iter().filter(|span| span.trace == trace).count(),
        of_h2: spans.iter().filter(|span| span.name.contains("::")).count(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_a_library_come_only_where_it_is_named_and_its_level_ends_them() {
    for (filter, noisy) in [
        ("", false),
        ("trace", false),
        ("info,h2=trace", true),
        ("info,h2=debug", false),
        ("info,h2=off", false),
    ] {
        let left = left_with(filter).await;
        assert_eq!(left.of_h2 > 10, noisy, "{filter:?}: {left:?}");
        assert!(noisy || left.of_h2 == 0, "{filter:?}: {left:?}");
        assert!(left.own >= 15, "the order's own stay: {filter:?}: {left:?}");
    }
}
