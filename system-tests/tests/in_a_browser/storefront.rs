//! The shop as its customer uses it, and the way from the click to the warehouse.

use serde_json::json;
use system_tests::Demo;

use crate::browser::browse;
use crate::demo;
use crate::looks::look;
use crate::tab::Tab;

fn testid(name: &str) -> String {
    format!("[data-testid='{name}']")
}

/// What the newest order's card tells of a kind.
fn newest(name: &str) -> String {
    format!("[data-testid='order']:first-child {}", testid(name))
}

async fn enter(tab: &Tab, demo: &Demo) {
    tab.open(&format!("{}/", demo.url("gateway"))).await;
    tab.sees(&testid("item-TEAPOT-1"), "").await;
}

async fn until_state(tab: &Tab, state: &str) {
    let script = format!(
        "document.querySelector({})?.textContent === {}",
        json!(newest("order-state")),
        json!(state)
    );
    tab.until(&format!("the order is {state}"), &script).await;
}

/// The trace that the newest order's card leads to.
async fn trace_of_newest(tab: &Tab) -> String {
    let script = format!(
        "document.querySelector({}).pathname.split('/').at(-1)",
        json!(newest("trace-link"))
    );
    tab.value(&script).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn from_the_click_on_place_order_three_more_lead_to_the_warehouses_sql_and_its_log_line() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let tab = browser.tab().await;
            enter(&tab, demo).await;
            let loaded = tab.value("performance.timeOrigin").await;
            tab.click(&testid("add-TEAPOT-1"), "").await;
            tab.sees(&testid("cart-count"), "1").await;

            tab.click(&testid("place-order"), "").await;
            until_state(&tab, "reserved").await;
            assert_eq!(
                tab.value("performance.timeOrigin").await,
                loaded,
                "it was loaded anew"
            );
            let trace = trace_of_newest(&tab).await;

            // The browser's own span is the root, and every parent is there.
            let whole = demo
                .trace_when(&trace, |trace| {
                    trace.has("place_order") && trace.orphans() == 0 && trace.back_links() > 1
                })
                .await;
            let root = whole.first("storefront", "place_order");
            assert_eq!(
                (root.parent_id(), whole.orphans()),
                ("", 0),
                "{}",
                whole.names()
            );
            let call = whole.all("storefront", "POST")[0];
            assert_eq!((call.parent_id(), call.kind()), (root.id(), "client"));
            assert_eq!(
                whole.first("gateway", "POST /checkout").parent_id(),
                call.id()
            );

            tab.click(&newest("joined-link"), "").await;
            tab.until(
                "both traces",
                "document.querySelectorAll('.row.group').length >= 2",
            )
            .await;
            tab.sees(".row .operation", "place_order").await;
            tab.click(".row .operation", "UPDATE stock").await;
            tab.sees("aside tr", "db.query.text").await;
            tab.click(".row .operation", "reserve_inventory").await;
            tab.sees("aside .log .said", "").await;
        },
    )
    .await;
}

#[tokio::test]
async fn an_order_leads_to_its_trace_and_to_its_logs_and_shows_the_headers_that_crossed() {
    // Of a service that exports last the page shows the side of the caller first, and waits.
    let late = "pricing.OTEL_BSP_SCHEDULE_DELAY=1500";
    browse(|| demo().set(late).start(), async |demo, browser| {
        let tab = browser.tab().await;
        enter(&tab, demo).await;
        tab.click(&testid("add-MUG-2"), "").await;
        tab.click(&testid("place-order"), "").await;
        until_state(&tab, "reserved").await;
        let trace = trace_of_newest(&tab).await;
        tab.sees(&newest("headers"), "traceresponse").await;
        tab.sees(&newest("headers"), &trace).await;
        // Every hop with the header that crossed it: the browser's own, and those behind it.
        tab.sees(&newest("hop"), "browser").await;
        for hop in ["gateway → pricing", "Kafka", "inventory"] {
            tab.sees(&newest("hop"), hop).await;
        }
        let crossed = format!(
            "[...document.querySelectorAll({})].map((hop) => hop.getAttribute('aria-label')).filter((told) => told.includes('traceparent 00-{trace}-')).length",
            json!(newest("hop"))
        );
        assert!(tab.value(&crossed).await.as_u64().unwrap() >= 3, "browser, pricing, Kafka");

        tab.click(&newest("trace-link"), "").await;
        tab.sees(".row .operation", "place_order").await;
        assert_eq!(tab.path().await, format!("/trace/{trace}"));
        tab.until("nothing is missing", "document.querySelectorAll('.chip.warn').length === 0").await;
        tab.page.execute(chromiumoxide::cdp::browser_protocol::page::NavigateToHistoryEntryParams::new(
            previous(&tab).await,
        )).await.unwrap();
        // The orders of this tab are still there.
        until_state(&tab, "reserved").await;
        tab.click(&newest("logs-link"), "").await;
        tab.sees(".tab-logs .log .said", "checkout accepted").await;
    })
    .await;
}

/// The entry of the history before this one.
async fn previous(tab: &Tab) -> i64 {
    let get = chromiumoxide::cdp::browser_protocol::page::GetNavigationHistoryParams::default();
    let history = tab.page.execute(get).await.unwrap();
    let at = usize::try_from(history.current_index).unwrap();
    history.entries[at - 1].id
}

#[tokio::test]
async fn a_fault_says_what_will_be_seen_and_is_seen_and_trying_again_is_safe() {
    let start = || demo().argument("--faults").start();
    browse(start, async |demo, browser| {
        let tab = browser.tab().await;
        // The answer that was asked for.
        tab.watch.expect("status of 502");
        enter(&tab, demo).await;
        tab.click(&testid("add-KETTLE-3"), "").await;
        choose(&tab, "pricing.error").await;
        tab.sees(&testid("fault-expect"), "502, and no order").await;
        tab.click(&testid("place-order"), "").await;
        until_state(&tab, "not placed").await;
        tab.sees(&newest("headers"), "502").await;
        let failed = trace_of_newest(&tab).await;
        demo.trace_when(&failed, |trace| {
            trace.has("place_order") && trace.orphans() == 0
        })
        .await;
        tab.click("[data-testid='order']:first-child button", "Try again")
            .await;
        until_state(&tab, "reserved").await;
        assert_eq!(tab.count(&testid("order")).await, 1);

        tab.click(&testid("add-KETTLE-3"), "").await;
        choose(&tab, "inventory.out_of_stock").await;
        tab.sees(&testid("fault-expect"), "out_of_stock").await;
        tab.click(&testid("place-order"), "").await;
        until_state(&tab, "out_of_stock").await;
        assert_eq!(tab.count(&testid("order")).await, 2);
    })
    .await;
}

/// A fault for the next order.
async fn choose(tab: &Tab, fault: &str) {
    let script = format!(
        "(() => {{ const chooser = document.querySelector({}); chooser.value = {}; \
         chooser.dispatchEvent(new Event('change', {{ bubbles: true }})); return chooser.value; }})()",
        json!(testid("fault-select")),
        json!(fault)
    );
    assert_eq!(tab.value(&script).await, fault, "it is offered");
}

#[tokio::test]
async fn an_order_is_placed_and_followed_by_keyboard_alone() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let tab = browser.tab().await;
            enter(&tab, demo).await;
            tab_to(&tab, "add-SENCHA-8").await;
            tab.press("Enter").await;
            tab.sees(&testid("cart-count"), "1").await;
            tab_to(&tab, "coupon").await;
            tab.types("WELCOME10").await;
            tab_to(&tab, "place-order").await;
            tab.press("Enter").await;
            until_state(&tab, "reserved").await;
            tab_to(&tab, "joined-link").await;
            tab.press("Enter").await;
            tab.sees(".row .operation", "place_order").await;
        },
    )
    .await;
}

/// Presses Tab until the focus is there.
async fn tab_to(tab: &Tab, name: &str) {
    for _ in 0..120 {
        if tab.value("document.activeElement?.dataset.testid").await == name {
            return;
        }
        tab.press("Tab").await;
    }
    panic!("Tab never reaches {name}");
}

#[tokio::test]
async fn the_shop_is_readable_named_and_reachable_in_light_and_dark_narrow_and_wide() {
    let start = || demo().argument("--faults").start();
    browse(start, async |demo, browser| {
        let tab = browser.tab().await;
        enter(&tab, demo).await;
        let mut problems = look(&tab, "empty").await;
        tab.click(&testid("add-TEAPOT-1"), "").await;
        choose(&tab, "pricing.slow").await;
        problems.extend(look(&tab, "with a cart and a fault").await);
        choose(&tab, "").await;
        tab.click(&testid("place-order"), "").await;
        until_state(&tab, "reserved").await;
        tab.sees(&newest("hop"), "inventory").await;
        problems.extend(look(&tab, "with an order").await);
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    })
    .await;
}
