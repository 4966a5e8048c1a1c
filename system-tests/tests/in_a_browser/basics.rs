//! The basics of a page that everybody can use, judged by rules of our own.

use chromiumoxide::cdp::browser_protocol::accessibility::GetFullAxTreeParams;
use serde_json::Value;

use crate::tab::Tab;

/// Language, headings, landmarks, contrast (WCAG 2.2, 1.4.3) and no sideways scrolling (1.4.10).
const VISIBLE: &str = include_str!("page/visible.js");
/// What has the focus now, and how it shows (2.4.7).
const FOCUSED: &str = include_str!("page/focused.js");

/// Roles that a person acts on, which have to have a name (4.1.2).
const ACTED_ON: [&str; 12] = [
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "switch",
    "slider",
    "spinbutton",
    "tab",
    "menuitem",
];
/// More stops than a page of ours has.
const MOST_STOPS: usize = 150;

/// What anybody would see.
pub(crate) async fn visible(tab: &Tab) -> Vec<String> {
    strings(&tab.value(VISIBLE).await)
}

/// Things to act on that a screen reader has no word for.
pub(crate) async fn names(tab: &Tab) -> Vec<String> {
    let tree = tab
        .page
        .execute(GetFullAxTreeParams::default())
        .await
        .unwrap();
    let text = |value: Option<&chromiumoxide::cdp::browser_protocol::accessibility::AxValue>| {
        value
            .and_then(|it| it.value.as_ref()?.as_str())
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let nodes = tree.nodes.iter().filter(|node| !node.ignored);
    let acted_on = nodes.filter(|node| ACTED_ON.contains(&text(node.role.as_ref()).as_str()));
    let unnamed = acted_on.filter(|node| text(node.name.as_ref()).is_empty());
    unnamed
        .map(|node| format!("a {} without a name", text(node.role.as_ref())))
        .collect()
}

/// Goes through the page with Tab: in the document's order, and always to be seen.
pub(crate) async fn focus(tab: &Tab) -> Vec<String> {
    // From the document's beginning, wherever the page has put the focus itself.
    tab.value(
        "(() => { const start = document.createElement('i'); start.tabIndex = -1; \
         document.body.prepend(start); start.focus(); start.remove(); \
         window.stop_before = undefined; })()",
    )
    .await;
    let mut problems = Vec::new();
    let mut stops = 0;
    while stops < MOST_STOPS {
        tab.press("Tab").await;
        let told = tab.value(FOCUSED).await;
        if told["around"] == true {
            break;
        }
        stops += 1;
        problems.extend(strings(&told["problems"]));
    }
    if stops == 0 {
        problems.push("Tab reaches nothing".to_owned());
    }
    problems
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
