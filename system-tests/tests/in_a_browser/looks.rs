//! Light and dark, narrow and wide, and readable, named and reachable for everybody.

use crate::basics;
use crate::browser::browse;
use crate::otlp::{send, span, trace_id};
use crate::tab::Tab;
use crate::{at_viewer, demo};

#[tokio::test]
async fn every_view_is_readable_named_and_reachable_in_light_and_dark_narrow_and_wide() {
    browse(
        || demo().start(),
        async |demo, browser| {
            let order = demo.order().await;
            let (checkout, _) = demo.both_traces(&order).await;
            let chosen = checkout.first("gateway", "send order.created").id();
            let failed = demo.checkout(&serde_json::json!({"lines": []}), &[]).await;
            demo.trace_when(&failed.trace_id(), |trace| trace.has("POST /checkout"))
                .await;
            send(demo, "orphanage", vec![span(1, 2, 9, "left alone")]).await;
            let id = order.trace_id();
            let views = [
                ("/".to_owned(), "a.trace"),
                ("/?q=service%3Anobody".to_owned(), ".empty"),
                (format!("/trace/{id}"), ".row .operation"),
                (format!("/trace/{id}?span={chosen}"), "aside h2"),
                (
                    format!("/trace/{}?span={}", trace_id(1), crate::otlp::span_id(2)),
                    "aside .warning",
                ),
                (format!("/trace/{id}?tab=logs"), ".tab-logs .log"),
                (format!("/joined/{id}?tab=map"), ".map .label"),
                (format!("/joined/{id}"), ".row.group"),
                (
                    format!("/compare/{id}/{}", failed.trace_id()),
                    "table.compare td",
                ),
                ("/map".to_owned(), ".map .label"),
                ("/missing-parent".to_owned(), "main p"),
            ];
            let tab = browser.tab().await;
            let mut problems = Vec::new();
            for (path, shown) in views {
                tab.open(&at_viewer(demo, &path)).await;
                tab.sees(shown, "").await;
                problems.extend(look(&tab, &path).await);
            }
            assert!(problems.is_empty(), "{}", problems.join("\n"));
        },
    )
    .await;
}

/// What is wrong with the page as it stands, in each colour scheme and width.
pub(crate) async fn look(tab: &Tab, place: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (scheme, width) in [
        ("light", 1280),
        ("dark", 1280),
        ("light", 360),
        ("dark", 360),
        ("light", 1600),
    ] {
        tab.size(width, 800).await;
        tab.colours(scheme).await;
        let found = basics::visible(tab).await;
        problems.extend(
            found
                .into_iter()
                .map(|problem| format!("{place} {scheme} {width}: {problem}")),
        );
    }
    tab.size(1280, 800).await;
    tab.colours("light").await;
    let unnamed = basics::names(tab).await;
    let focus = basics::focus(tab).await;
    problems.extend(
        unnamed
            .into_iter()
            .chain(focus)
            .map(|problem| format!("{place}: {problem}")),
    );
    problems
}
