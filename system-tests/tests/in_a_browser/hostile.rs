//! Telemetry that means harm, or was made badly: it is shown as text, and the page goes on.

use serde_json::{Value, json};
use system_tests::Demo;

use crate::browser::browse;
use crate::otlp::{MILLI, now, send, send_logs, span, span_id, text, timed, trace_id};
use crate::tab::Tab;
use crate::{at_viewer, demo};

/// Each would call `hit` if any part of the page took it for more than text.
const MARKUP: &str = "<img src=x onerror=hit()><script>hit()</script>";
const ADDRESS: &str = "javascript:hit()";
const STYLE: &str = "</style><style>*{display:none}</style>red;background:url(http://192.0.2.1/)";
/// Turns the direction of writing, hides letters, ends the text.
const LETTERS: &str = "\u{202e}gnp.exe\u{200b}\u{2066}\u{feff}\u{0}\u{1b}[31m";

/// Nothing of it became an element, an address or a call.
async fn is_harmless(tab: &Tab, place: &str) {
    let harm = tab
        .value(
            "JSON.stringify([window.hits ?? 0, document.images.length, \
             document.querySelectorAll('main script, main style, main iframe, main object, main [onerror]').length, \
             [...document.querySelectorAll('[href], [src], [*|href]')].filter((element) => \
               /^\\s*(javascript|data|http:..192)/i.test(element.getAttribute('href') ?? element.getAttribute('src') ?? '')).length])",
        )
        .await;
    assert_eq!(
        harm, "[0,0,0,0]",
        "{place}: calls, images, elements, addresses"
    );
}

/// A frame is drawn, within what a busy machine may need for one.
async fn is_awake(tab: &Tab, place: &str) {
    let took = tab
        .value(
            "new Promise((done) => { const from = performance.now(); \
             requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from))); })",
        )
        .await;
    assert!(
        took.as_f64().unwrap() < 20_000.0,
        "{place}: a frame took {took} ms"
    );
}

#[tokio::test]
async fn markup_addresses_and_odd_letters_in_a_span_are_shown_as_text_everywhere() {
    browse(
        || demo().start(),
        async |demo, browser| {
            send_harm(demo).await;
            let tab = browser.tab().await;
            tab.page
                .evaluate_on_new_document(
                    "window.hits = 0; window.hit = () => { window.hits += 1; };",
                )
                .await
                .unwrap();
            let id = trace_id(1);
            let paths = [
                "/".to_owned(),
                format!("/?q={}", "%3Cimg%20src%3Dx%20onerror%3Dhit()%3E"),
                format!("/trace/{id}"),
                format!("/trace/{id}?span={}", span_id(2)),
                format!("/trace/{id}?span=<img src=x onerror=hit()>"),
                format!("/trace/{id}?tab=logs"),
                format!("/trace/{id}?tab=map"),
                format!("/trace/{id}?tab=<img src=x onerror=hit()>"),
                format!("/joined/{id}"),
                format!("/compare/{id}/{}", trace_id(2)),
                "/map".to_owned(),
            ];
            for path in paths {
                tab.open(&at_viewer(demo, &path)).await;
                tab.until(
                    "something is shown",
                    "document.querySelector('main').innerText.length > 20",
                )
                .await;
                is_harmless(&tab, &path).await;
                is_awake(&tab, &path).await;
            }
            tab.open(&at_viewer(demo, "/")).await;
            tab.sees("a.trace .what", MARKUP).await;
            tab.click("a.trace", MARKUP).await;
            tab.click(".row .operation", ADDRESS).await;
            tab.sees("aside h2", ADDRESS).await;
            tab.sees("aside tr td", MARKUP).await;
            tab.sees("aside .log .said", MARKUP).await;
            tab.sees("aside .event", MARKUP).await;
            for summary in ["Resource", "OTLP", "Stack"] {
                tab.click("aside summary", summary).await;
            }
            tab.sees("aside pre", "onerror").await;
            // A hundred thousand letters wait until they are asked for.
            tab.sees("aside button", "all 100").await;
            tab.click("aside button", "all 100").await;
            is_harmless(&tab, "the detail, all opened").await;
            is_awake(&tab, "the detail, all opened").await;
        },
    )
    .await;
}

async fn send_harm(demo: &Demo) {
    let attributes = json!([
        text(MARKUP, MARKUP), text("url.full", ADDRESS), text("style", STYLE), text("letters", LETTERS),
        text("__proto__", MARKUP), text("constructor", MARKUP), text("long", &"x".repeat(100_000)),
        {"key": "deep", "value": nested(15)},
    ]);
    let mut root = span(1, 1, 0, MARKUP);
    root["attributes"] = attributes.clone();
    let mut second = span(1, 2, 1, ADDRESS);
    second["attributes"] = attributes.clone();
    second["status"] = json!({"code": 2, "message": MARKUP});
    second["traceState"] = json!("a=<img src=x onerror=hit()>");
    second["events"] = json!([{
        "name": MARKUP, "timeUnixNano": now().to_string(),
        "attributes": [text("exception.type", MARKUP), text("exception.message", ADDRESS), text("exception.stacktrace", MARKUP)],
    }]);
    second["links"] =
        json!([{"traceId": trace_id(2), "spanId": span_id(1), "attributes": attributes}]);
    let other = span(2, 1, 0, LETTERS);
    send(demo, &format!("shop {MARKUP}"), vec![root, second]).await;
    send(demo, LETTERS, vec![other, span(2, 3, 1, STYLE)]).await;
    let record = json!({
        "traceId": trace_id(1), "spanId": span_id(2), "timeUnixNano": now().to_string(),
        "severityText": MARKUP, "body": {"stringValue": MARKUP}, "attributes": [text(MARKUP, ADDRESS)],
    });
    send_logs(demo, MARKUP, vec![record]).await;
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!({"stringValue": MARKUP}),
        |inner, _| json!({"kvlistValue": {"values": [{"key": "<b>", "value": inner}]}}),
    )
}

#[tokio::test]
async fn spans_that_cannot_be_are_drawn_and_every_one_can_be_opened() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let start = now();
            let mut own_link = span(1, 5, 1, "links to itself");
            own_link["links"] = json!([{"traceId": trace_id(1), "spanId": span_id(5)}]);
            let odd = vec![
                span(1, 1, 2, "its child's child"),
                span(1, 2, 1, "its parent's parent"),
                span(1, 3, 3, "its own parent"),
                timed(
                    span(1, 4, 0, "ends before it starts"),
                    start,
                    start - 100 * MILLI,
                ),
                own_link,
                timed(span(1, 6, 0, "began in 1970"), 0, 1),
                timed(span(1, 7, 0, "never ends"), start, u64::MAX),
                span(1, 8, 99, "of unknown parents"),
                span(1, 9, 0, ""),
                span(1, 9, 0, "same id, other name"),
            ];
            let names: Vec<_> = odd
                .iter()
                .map(|span| span["name"].as_str().unwrap().to_owned())
                .collect();
            send(demo, "", odd.clone()).await;
            send(demo, "", odd).await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            tab.click("a.trace", "").await;
            tab.until("rows", "document.querySelectorAll('.row').length")
                .await;
            for name in names
                .iter()
                .filter(|name| !name.is_empty() && !name.starts_with("same id"))
            {
                tab.click(".row .operation", name).await;
                tab.sees("aside h2", name).await;
            }
            let id = trace_id(1);
            for path in [
                format!("/joined/{id}"),
                format!("/compare/{id}/{id}"),
                "/map".to_owned(),
            ] {
                tab.open(&at_viewer(demo, &path)).await;
                tab.until(
                    "something is shown",
                    "document.querySelector('main').innerText.length > 40",
                )
                .await;
                is_awake(&tab, &path).await;
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_chain_of_five_thousand_spans_opens_to_its_deepest_and_folds() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let start = now();
            let link = |number: u64| {
                timed(
                    span(1, number, number - 1, &format!("level {number}")),
                    start + number * 1000,
                    start + 20 * MILLI - number * 1000,
                )
            };
            send(demo, "deep", (1..=5000).map(link).collect()).await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, &format!("/trace/{}", trace_id(1))))
                .await;
            tab.sees(".row .operation", "level 1").await;
            tab.press("End").await;
            tab.sees(".row.selected .operation", "level 5000").await;
            tab.sees("aside h2", "level 5000").await;
            is_awake(&tab, "the deepest").await;
            tab.press("Home").await;
            tab.sees(".row.selected .operation", "level 1").await;
            tab.press("ArrowLeft").await;
            tab.until("one row", "document.querySelectorAll('.row').length === 1")
                .await;
            for path in [
                format!("/joined/{}", trace_id(1)),
                format!("/compare/{0}/{0}", trace_id(1)),
            ] {
                tab.open(&at_viewer(demo, &path)).await;
                tab.until(
                    "something is shown",
                    "document.querySelector('main').innerText.length > 40",
                )
                .await;
                is_awake(&tab, &path).await;
            }
        },
    )
    .await;
}
