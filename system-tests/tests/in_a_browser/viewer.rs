//! The viewer as its user goes through it: from the list to the warehouse and back.

use serde_json::json;

use crate::browser::browse;
use crate::otlp::{MILLI, now, send, span, span_id, timed, trace_id};
use crate::{at_viewer, demo};

#[tokio::test]
async fn an_order_appears_by_itself_and_leads_over_the_queue_to_the_sql_statement_and_back() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            tab.sees("main h2", "No traces yet").await;
            let loaded = tab.value("performance.timeOrigin").await;

            let order = demo.order().await;
            let (checkout, fulfillment) = demo.both_traces(&order).await;
            let producer = checkout.first("gateway", "send order.created").id();
            let row = format!("a.trace[data-trace='{}']", order.trace_id());
            tab.sees(&row, "POST /checkout").await;
            tab.sees(&row, "linked").await;
            assert_eq!(
                tab.value("performance.timeOrigin").await,
                loaded,
                "it was loaded anew"
            );

            tab.click(&row, "POST /checkout").await;
            for (service, operation) in [
                ("gateway", "POST /checkout"),
                ("pricing", "GET /quote/{sku}"),
            ] {
                tab.sees(".row .name b", service).await;
                tab.sees(".row .operation", operation).await;
            }

            tab.click(".row a.chip.link", "taken by fulfillment").await;
            tab.sees(".row.selected .operation", "process order.created")
                .await;
            let behind = fulfillment.json["trace_id"].as_str().unwrap();
            assert!(
                tab.path()
                    .await
                    .starts_with(&format!("/trace/{behind}?span="))
            );
            for service in ["fulfillment", "inventory"] {
                tab.sees(".row .name b", service).await;
            }

            tab.click(".row .operation", "UPDATE stock").await;
            tab.sees("aside h2", "UPDATE stock").await;
            tab.sees("aside tr", "db.query.text").await;
            tab.sees("aside tr td", "UPDATE stock SET").await;

            tab.click(".row a.chip.link", "from gateway").await;
            tab.sees(".row.selected .operation", "send order.created")
                .await;
            let there = format!("/trace/{}?span={producer}", order.trace_id());
            assert_eq!(tab.path().await, there);
        },
    )
    .await;
}

#[tokio::test]
async fn a_log_line_stands_beside_its_span_and_in_the_tab_and_leads_to_its_span() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let order = demo.order().await;
            demo.both_traces(&order).await;
            demo.stored_log(&order.trace_id(), "gateway").await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, &format!("/trace/{}", order.trace_id())))
                .await;
            tab.click(".row .operation", "business.checkout").await;
            tab.sees("aside .log .said", "checkout accepted").await;

            tab.click("nav.tabs button", "Logs").await;
            tab.sees(".tab-logs .log .said", "checkout accepted").await;
            tab.click(".tab-logs .log a.of", "business.checkout").await;
            tab.sees(".row.selected .operation", "business.checkout")
                .await;
            tab.sees("aside .log .said", "checkout accepted").await;
        },
    )
    .await;
}

#[tokio::test]
async fn the_joined_view_has_both_traces_on_one_time_axis() {
    browse(|| demo().start(), async |demo, browser| {
        let order = demo.order().await;
        let (checkout, fulfillment) = demo.both_traces(&order).await;
        let tab = browser.tab().await;
        tab.size(1280, 1100).await;
        tab.open(&at_viewer(demo, &format!("/trace/{}", order.trace_id()))).await;
        tab.click("a.button", "Joined view").await;
        tab.until("two traces", "document.querySelectorAll('.row.group').length === 2").await;
        assert_eq!(tab.count(".axis").await, 1);
        assert_eq!(
            tab.count(".row[role=treeitem]").await,
            u64::try_from(checkout.spans().count() + fulfillment.spans().count()).unwrap()
        );
        // Where a span's bar begins, from left to right.
        let begins = async |operation: &str| {
            let script = format!(
                "[...document.querySelectorAll('.row')].find((row) => row.querySelector('.operation')\
                 ?.textContent === {}).querySelector('.bar').getBoundingClientRect().left",
                json!(operation)
            );
            tab.value(&script).await.as_f64().unwrap()
        };
        let [click, sent, taken, reserved] = [
            begins("POST /checkout").await,
            begins("send order.created").await,
            begins("process order.created").await,
            begins("UPDATE stock").await,
        ];
        assert!(
            click < sent && sent < taken && taken < reserved,
            "{click} {sent} {taken} {reserved}"
        );
        tab.until("the queue is drawn", "document.querySelectorAll('.lines path').length").await;
        tab.click("a.button", "This trace alone").await;
        tab.until("one trace", "document.querySelectorAll('.row.group').length === 0").await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_parent_is_told_in_list_row_and_detail_with_its_id_and_its_lesson() {
    browse(
        || demo().start(),
        async |demo, browser| {
            send(demo, "orphanage", vec![span(1, 2, 9, "left alone")]).await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, "/")).await;
            tab.click("a.trace", "1 missing parent").await;
            tab.sees(
                ".row .chip.warn",
                &format!("parent {} missing", &span_id(9)[..8]),
            )
            .await;
            tab.click(".row .operation", "left alone").await;
            tab.sees("aside .warning code", &span_id(9)).await;
            assert_eq!(tab.count("aside .warning li").await, 3);
            tab.click("aside .warning a", "How to find out which").await;
            tab.sees("h1", "parent is missing").await;
            assert_eq!(tab.path().await, "/missing-parent");
        },
    )
    .await;
}

#[tokio::test]
async fn two_traces_compared_show_what_is_gone_new_and_slower() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let start = now();
            let at = |span, from: u64, length: u64| {
                timed(span, start + from * MILLI, start + (from + length) * MILLI)
            };
            let before = vec![
                at(span(1, 1, 0, "work"), 0, 50),
                at(span(1, 2, 1, "read"), 1, 10),
                at(span(1, 3, 1, "old"), 20, 10),
            ];
            let after = vec![
                at(span(2, 1, 0, "work"), 0, 51),
                at(span(2, 2, 1, "read"), 1, 40),
                at(span(2, 3, 1, "new"), 42, 5),
            ];
            send(demo, "worker", before).await;
            send(demo, "worker", after).await;
            let tab = browser.tab().await;
            tab.open(&at_viewer(demo, &format!("/trace/{}", trace_id(1))))
                .await;
            tab.click("a.button", "Compare").await;
            tab.sees(".notice", "Choose the trace to compare with")
                .await;
            tab.click(&format!("a.trace[data-trace='{}']", trace_id(2)), "")
                .await;
            tab.sees("tr.gone", "old").await;
            tab.sees("tr.new", "new").await;
            tab.sees("tr.slower", "slower by 30").await;
            tab.sees("[role=status]", "1 gone, 1 new, 1 slower").await;
        },
    )
    .await;
}

#[tokio::test]
async fn the_map_dashes_what_goes_over_the_queue_and_nothing_else() {
    browse(|| demo().start(), async |demo, browser| {
        let order = demo.order().await;
        demo.both_traces(&order).await;
        let tab = browser.tab().await;
        for path in ["/map".to_owned(), format!("/joined/{}?tab=map", order.trace_id())] {
            tab.open(&at_viewer(demo, &path)).await;
            tab.until("edges", "document.querySelectorAll('.edge path').length").await;
            let dashes = "[...document.querySelectorAll('.edge')].map((edge) => \
                [edge.classList.contains('queue'), getComputedStyle(edge.querySelector('path')).strokeDasharray !== 'none'])";
            let dashes = tab.value(dashes).await;
            let edges = dashes.as_array().unwrap();
            assert!(edges.contains(&json!([true, true])), "{path}: {edges:?}");
            assert!(edges.contains(&json!([false, false])), "{path}: {edges:?}");
            assert!(edges.iter().all(|edge| edge[0] == edge[1]), "{path}: {edges:?}");
        }
        for service in ["gateway", "pricing", "fulfillment", "inventory"] {
            tab.sees(".map .label", service).await;
        }
    })
    .await;
}
