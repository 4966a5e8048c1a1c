//! What names mean, as the page asks for it.

use serde_json::Value;
use shared_telemetry::names::{Entry, Seen, Type, What};
use trace_viewer::{Limits, Settings};

use crate::harness::*;

static TILL: Entry = Entry::ours(
    "app.till.number",
    What::Attribute(Type::Int),
    Seen::Always,
    "which till it was",
);

fn entry<'a>(dictionary: &'a Value, name: &str) -> Option<&'a Value> {
    let entries = dictionary["entries"].as_array().unwrap();
    entries.iter().find(|entry| entry["name"] == name)
}

#[tokio::test]
async fn the_dictionary_tells_what_an_attribute_of_the_conventions_means() {
    let viewer = TestViewer::start().await;
    let dictionary = viewer.json("/api/dictionary").await;
    let route = entry(&dictionary, "http.route").unwrap();
    assert_eq!(route["source"], "conventions");
    assert_eq!(route["type"], "text");
    assert_eq!(route["of"], "span");
    let meaning = route["meaning"].as_str();
    assert!(meaning.is_some_and(|text| !text.is_empty()));
    assert_eq!(entry(&dictionary, "no.such.name"), None);
}

#[tokio::test]
async fn the_applications_own_names_are_explained_and_told_apart() {
    let viewer = TestViewer::with_settings(Settings {
        meanings: vec![&TILL],
        ..settings(Limits::default())
    })
    .await;
    let dictionary = viewer.json("/api/dictionary").await;
    let own = entry(&dictionary, "app.till.number").unwrap();
    assert_eq!(own["meaning"], "which till it was");
    assert_eq!(own["type"], "int");
    assert_eq!(own["source"], "the application");
    assert!(entry(&dictionary, "http.route").is_some());
}
