//! Traces as files: downloaded, dropped on the page, and kept in the page alone.

use std::path::Path;
use std::time::{Duration, Instant};

use chromiumoxide::cdp::browser_protocol::browser::{
    SetDownloadBehaviorBehavior, SetDownloadBehaviorParams,
};
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchDragEventParams, DispatchDragEventType, DragData, DragDataItem,
};
use serde_json::{Value, json};

use crate::browser::{Browser, browse};
use crate::tab::Tab;
use crate::{at_viewer, demo};

#[tokio::test]
async fn a_downloaded_trace_dropped_on_an_empty_viewer_shows_the_same_spans_and_logs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ticket.json");
    let rows = "document.querySelectorAll('.row[role=treeitem]').length";
    let mut seen = Value::Null;
    browse(
        || demo().start(),
        async |demo, browser| {
            let order = demo.order().await;
            demo.both_traces(&order).await;
            demo.stored_log(&order.trace_id(), "gateway").await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, &format!("/trace/{}", order.trace_id())))
                .await;
            seen = tab.until("rows", rows).await;
            allow_downloads(browser).await;
            tab.click("button, a.button", "Download").await;
            std::fs::copy(downloaded(&browser.downloads()).await, &file).unwrap();
        },
    )
    .await;
    if !file.exists() {
        return;
    }
    browse(
        || demo().start(),
        async |demo, browser| {
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            tab.sees("main h2", "No traces yet").await;
            drop_file(&tab, &file).await;
            tab.sees(".row .operation", "POST /checkout").await;
            assert_eq!(tab.value(rows).await, seen);
            tab.click(".row .operation", "business.checkout").await;
            tab.sees("aside .log .said", "checkout accepted").await;
            let of_traces = |url: &String| url.contains("/api/traces/");
            assert_eq!(
                tab.watch.requests().into_iter().find(of_traces),
                None,
                "nothing is asked"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn a_jaeger_file_opens_and_what_is_no_trace_is_refused_in_a_sentence() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let folder = tempfile::tempdir().unwrap();
            let [jaeger, garbage] =
                ["jaeger.json", "photo.json"].map(|name| folder.path().join(name));
            std::fs::write(&jaeger, of_jaeger().to_string()).unwrap();
            std::fs::write(&garbage, "{\"data\": 7}").unwrap();
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            drop_file(&tab, &garbage).await;
            tab.sees("[role=alert]", "No trace is in this file").await;
            drop_file(&tab, &jaeger).await;
            tab.sees(".row .operation", "HTTP GET /dispatch").await;
            tab.sees(".row.failed .operation", "SQL SELECT").await;
            assert_eq!(tab.count(".row[role=treeitem]").await, 3);
            // Back in the list, it says where it came from.
            tab.press("u").await;
            tab.sees("a.trace", "from jaeger.json").await;
        },
    )
    .await;
}

/// As Jaeger's own page writes it.
fn of_jaeger() -> Value {
    let id = "0af7651916cd43dd8448eb211c80319c";
    let span = |number: u32, parent: u32, name: &str, process: &str, tags: Value| {
        let references = if parent == 0 {
            json!([])
        } else {
            json!([{"refType": "CHILD_OF", "traceID": id, "spanID": format!("{parent:016x}")}])
        };
        json!({
            "traceID": id, "spanID": format!("{number:016x}"), "operationName": name,
            "references": references, "startTime": 1_700_000_000_000_000_u64 + u64::from(number) * 1000,
            "duration": 9000 - number * 1000, "tags": tags, "logs": [], "processID": process,
        })
    };
    let kind = |kind: &str| json!({"key": "span.kind", "type": "string", "value": kind});
    let failed = json!({"key": "error", "type": "bool", "value": true});
    json!({"data": [{
        "traceID": id,
        "spans": [
            span(1, 0, "HTTP GET /dispatch", "p1", json!([kind("server")])),
            span(2, 1, "HTTP GET /customer", "p1", json!([kind("client")])),
            span(3, 2, "SQL SELECT", "p2", json!([kind("client"), failed])),
        ],
        "processes": {"p1": {"serviceName": "frontend", "tags": []}, "p2": {"serviceName": "customer", "tags": []}},
    }]})
}

async fn allow_downloads(browser: &Browser) {
    std::fs::create_dir_all(browser.downloads()).unwrap();
    let allow = SetDownloadBehaviorParams::builder()
        .behavior(SetDownloadBehaviorBehavior::Allow)
        .download_path(browser.downloads().display().to_string())
        .build()
        .unwrap();
    browser.chromium().execute(allow).await.unwrap();
}

/// Waits until a download is whole.
async fn downloaded(folder: &Path) -> std::path::PathBuf {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let files = std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|entry| entry.path());
        let whole = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "json");
        if let Some(file) = files.into_iter().find(whole) {
            return file;
        }
        assert!(Instant::now() < deadline, "nothing was downloaded");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Drags a file from outside onto the middle of the page.
async fn drop_file(tab: &Tab, file: &Path) {
    // The driver leaves an empty list out, which Chromium refuses.
    let mut data = DragData::new(vec![DragDataItem::new("text/plain", "")], 1);
    data.files = Some(vec![file.display().to_string()]);
    for kind in [
        DispatchDragEventType::DragEnter,
        DispatchDragEventType::DragOver,
        DispatchDragEventType::Drop,
    ] {
        let event = DispatchDragEventParams::new(kind, 640.0, 400.0, data.clone());
        tab.page.execute(event).await.unwrap();
    }
}
