//! The pictures of README and docs, made anew when asked: they show what the stories see.

use std::path::Path;

use chromiumoxide::page::ScreenshotParams;
use serde_json::json;
use system_tests::{Demo, Trace};

use crate::browser::browse;
use crate::otlp::{MILLI, now, send, span, text, timed, trace_id};
use crate::tab::Tab;
use crate::{at_viewer, demo};

/// Larger ones make the repository heavy.
const MOST_BYTES: usize = 150 * 1024;

#[tokio::test]
async fn screenshots() {
    #[allow(clippy::disallowed_methods)] // A switch for whoever runs the test, no setting.
    if std::env::var_os("UPDATE").is_none_or(|value| value != "1") {
        return;
    }
    browse(
        || demo().start(),
        async |demo, browser| {
            let tab = browser.tab().await;
            let id = shop(&tab, demo).await;
            let whole = |trace: &Trace| trace.has("place_order") && trace.back_links() > 1;
            let trace = demo.trace_when(&id, whole).await;
            let chosen = trace.first("pricing", "SELECT items").id();
            tab.open(&at_viewer(demo, &format!("/trace/{id}?span={chosen}"))).await;
            tab.sees("aside h2", "SELECT items").await;
            both_colours(&tab, "waterfall").await;

            tab.open(&at_viewer(demo, &format!("/joined/{id}"))).await;
            tab.sees(".row .operation", "process order.created").await;
            // The prices are folded, so that the warehouse is in the picture.
            let fold = "[...document.querySelectorAll('.row')].find((row) => \
                row.querySelector('.operation')?.textContent === 'GET').querySelector('.fold').click()";
            tab.value(fold).await;
            both_colours(&tab, "joined").await;

            send_broken(demo).await;
            tab.open(&at_viewer(demo, &format!("/trace/{}", trace_id(1))))
                .await;
            tab.click(".row .operation", "GET /quote/{sku}").await;
            tab.sees("aside .warning", "Its parent is missing").await;
            shoot(&tab, "missing-parent").await;
        },
    )
    .await;
}

/// The shop with a cart, then with an order that has just been placed, whose trace is told.
async fn shop(tab: &Tab, demo: &Demo) -> String {
    tab.open(&format!("{}/", demo.url("gateway"))).await;
    tab.click("[data-testid='add-TEAPOT-1']", "").await;
    tab.sees("[data-testid='cart-count']", "1").await;
    tab.value("scrollTo(0, 0)").await;
    both_colours(tab, "shop").await;
    tab.click("[data-testid='place-order']", "").await;
    tab.sees("[data-testid='order-state']", "reserved").await;
    tab.sees("[data-testid='hop']", "inventory").await;
    shoot(tab, "order").await;
    let id =
        tab.value("document.querySelector(\"[data-testid='trace-link']\").pathname.slice(-32)");
    id.await.as_str().unwrap().to_owned()
}

/// A checkout whose pricing service took its parent from a stale header.
async fn send_broken(demo: &Demo) {
    let start = now();
    let at = |span: serde_json::Value, kind: u8, from: u64, length: u64| {
        let mut span = timed(span, start + from * MILLI, start + (from + length) * MILLI);
        span["kind"] = json!(kind);
        span
    };
    let mut server = span(1, 1, 0, "POST /checkout");
    server["attributes"] = json!([text("http.route", "/checkout")]);
    let gateway = vec![
        at(server, 2, 0, 24),
        at(span(1, 2, 1, "business.checkout"), 1, 1, 22),
        at(span(1, 3, 2, "GET"), 3, 2, 9),
    ];
    let pricing = vec![
        at(span(1, 5, 4, "GET /quote/{sku}"), 2, 3, 7),
        at(span(1, 6, 5, "SELECT items"), 3, 5, 2),
    ];
    send(demo, "gateway", gateway).await;
    send(demo, "pricing", pricing).await;
}

async fn both_colours(tab: &Tab, name: &str) {
    shoot(tab, name).await;
    tab.colours("dark").await;
    shoot(tab, &format!("{name}-dark")).await;
    tab.colours("light").await;
}

/// Writes `docs/screens/{name}.png`.
pub(crate) async fn shoot(tab: &Tab, name: &str) {
    let settled = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
    tab.value(settled).await;
    let picture = tab
        .page
        .screenshot(ScreenshotParams::builder().build())
        .await
        .unwrap();
    println!("{name}: {} bytes", picture.len());
    assert!(
        picture.len() < MOST_BYTES,
        "{name} has {} bytes",
        picture.len()
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screens");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
}
