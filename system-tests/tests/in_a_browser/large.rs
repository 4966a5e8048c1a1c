//! A trace of ten thousand spans: only what is in sight costs something.

use chromiumoxide::cdp::browser_protocol::performance::{
    DisableParams, EnableParams, EnableTimeDomain,
};
use serde_json::Value;

use crate::browser::browse;
use crate::otlp::{MILLI, now, send, span, timed, trace_id};
use crate::tab::Tab;
use crate::{at_viewer, demo};

const SPANS: u64 = 10_000;
/// Elements of the whole document that may be there, wherever it is scrolled to.
const MOST_ELEMENTS: u64 = 500;

/// Remembers, before the page begins, when its first row was on the screen and which tasks took
/// longer than 50 ms.
const STOPWATCH: &str = include_str!("page/stopwatch.js");

#[tokio::test]
async fn ten_thousand_spans_open_and_scroll_to_their_end_with_few_elements() {
    browse(|| demo().start(), async |demo, browser| {
        let start = now();
        let made = |number: u64| {
            // A root, a hundred calls, and a hundred pieces of work in each.
            let parent = match number {
                1 => 0,
                2..=101 => 1,
                _ => 2 + (number - 102) / 99,
            };
            let from = start + number * 10_000;
            timed(span(1, number, parent, &format!("step {number}")), from, from + 2 * MILLI)
        };
        let root = timed(span(1, 1, 0, "step 1"), start, start + 200 * MILLI);
        let all: Vec<Value> = std::iter::once(root).chain((2..=SPANS).map(made)).collect();
        for (part, services) in all.chunks(2500).zip(["red", "green", "blue", "grey"]) {
            send(demo, services, part.to_vec()).await;
        }
        let tab = browser.tab().await;
        tab.page.evaluate_on_new_document(STOPWATCH).await.unwrap();
        let own_time = EnableParams { time_domain: Some(EnableTimeDomain::ThreadTicks) };
        tab.page.execute(DisableParams::default()).await.unwrap();
            tab.page.execute(own_time).await.unwrap();
        tab.open(&at_viewer(demo, &format!("/trace/{}", trace_id(1)))).await;
        tab.sees(".row .operation", "step 1").await;
        tab.until("it is painted", "stopwatch().first_rows_painted_ms").await;
            let told = tab.value("stopwatch()").await;
        println!("{SPANS} spans, opened: {told:#}\n{}", own_time_of(&tab).await);

        let elements = async |place: &str| {
            let number = tab.count("*").await;
            assert!(number <= MOST_ELEMENTS, "{place}: {number} elements");
            number
        };
        let first = elements("at the beginning").await;
        let step = async |share: f64| {
            let script = format!(
                "(() => {{ const tree = document.querySelector('.waterfall'); \
                 tree.scrollTop = tree.scrollHeight * {share}; \
                 return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => \
                 done(document.querySelectorAll('.row').length)))); }})()"
            );
            assert!(tab.value(&script).await.as_u64().unwrap() > 10, "rows in sight at {share}");
        };
        let mut most = first;
        for share in [0.1, 0.25, 0.5, 0.75, 0.9] {
            step(share).await;
            most = most.max(elements("on the way").await);
        }
        tab.press("End").await;
        tab.until("the last is chosen", "document.querySelector('.row.selected')").await;
        let chosen = tab.text(".row.selected .operation").await;
        let last = "[...document.querySelectorAll('.row')].at(-1).classList.contains('selected')";
        tab.until("nothing comes after it", last).await;
        tab.sees("aside h2", &chosen).await;
        most = most.max(elements("at the end").await);
        let told = tab.value("stopwatch()").await;
        println!(
            "at most {most} elements; after scrolling to {chosen:?}: {told:#}\n{}",
            own_time_of(&tab).await
        );
    })
    .await;
}

/// What the page's own thread has worked so far, however busy the machine is.
async fn own_time_of(tab: &Tab) -> String {
    let metrics = tab.page.metrics().await.unwrap();
    let told = metrics
        .iter()
        .filter(|metric| metric.name.ends_with("Duration"));
    let told = told.map(|metric| format!("{} {:.0} ms", metric.name, metric.value * 1000.0));
    told.collect::<Vec<_>>().join(", ")
}
