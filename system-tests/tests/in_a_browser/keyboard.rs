//! The viewer without a mouse.

use serde_json::json;

use crate::browser::browse;
use crate::otlp::{send, span, trace_id};
use crate::{at_viewer, demo};

#[tokio::test]
async fn the_keyboard_alone_leads_from_the_list_to_a_span_its_link_and_the_help() {
    browse(|| demo().start(), async |demo, browser| {
        let order = demo.order().await;
        demo.both_traces(&order).await;
        let tab = browser.tab().await;
        tab.open(&at_viewer(demo, "/")).await;
        let wanted = format!("a.trace[data-trace='{}']", order.trace_id());
        tab.sees(&wanted, "").await;
        let focused = format!("document.activeElement.matches({})", json!(wanted));
        // As many as the list shows: each look at the order's state is a trace too, and newer.
        for _ in 0..100 {
            if tab.value(&focused).await == true {
                break;
            }
            tab.press("ArrowDown").await;
        }
        assert_eq!(tab.value(&focused).await, true, "the arrows reach the trace");
        tab.press("Enter").await;
        tab.sees(".row .operation", "POST /checkout").await;

        let chosen = "document.querySelector('.row.selected .operation')?.textContent";
        let until_chosen = async |key: &str, name: &str| {
            for _ in 0..30 {
                if tab.value(chosen).await == name {
                    return;
                }
                tab.press(key).await;
                tab.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
            }
            panic!("{key} never leads to {name}");
        };
        until_chosen("ArrowDown", "send order.created").await;
        tab.sees("aside h2", "send order.created").await;
        let active = "document.querySelector('.row.selected').id === document.querySelector('[role=tree]').getAttribute('aria-activedescendant')";
        tab.until("who can't see hears which span it is", active).await;
        tab.press("Escape").await;
        tab.until("the detail is closed", "document.querySelector('aside').hidden").await;

        until_chosen("k", "business.checkout").await;
        tab.press("ArrowLeft").await;
        tab.sees(".row.selected .fold", "▸").await;
        tab.press("ArrowRight").await;
        tab.sees(".row.selected .fold", "▾").await;

        until_chosen("j", "send order.created").await;
        tab.press("g").await;
        tab.sees(".row.selected .operation", "process order.created").await;
        tab.press("g").await;
        tab.sees(".row.selected .operation", "send order.created").await;
        tab.press("v").await;
        tab.until("joined", "document.querySelectorAll('.row.group').length === 2").await;

        tab.press("?").await;
        tab.until("the keys are told", "document.querySelector('dialog').open").await;
        tab.press("Escape").await;
        tab.until("closed", "!document.querySelector('dialog').open").await;
    })
    .await;
}

#[tokio::test]
async fn a_search_typed_after_a_slash_narrows_the_list_and_is_in_the_address() {
    browse(
        || demo().start(),
        async |demo, browser| {
            send(demo, "baker", vec![span(1, 1, 0, "bake bread")]).await;
            send(demo, "butcher", vec![span(2, 1, 0, "cut meat")]).await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            tab.sees("a.trace", "cut meat").await;
            tab.press("/").await;
            tab.types("service:baker").await;
            tab.press("Enter").await;
            tab.until(
                "one is left",
                "document.querySelectorAll('a.trace').length === 1",
            )
            .await;
            tab.sees("a.trace", "bake bread").await;
            assert_eq!(tab.path().await, "/?q=service%3Abaker");

            tab.press("Escape").await;
            tab.press("/").await;
            tab.value("document.activeElement.select()").await;
            tab.types(&trace_id(2)).await;
            tab.press("Enter").await;
            tab.sees(".row .operation", "cut meat").await;
        },
    )
    .await;
}
