//! Names are one dictionary: what the system emits is in it, what is in it is emitted, the page
//! is made of it, and the semantic conventions agree.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod conventions;
mod judge;
mod metrics;
mod page;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shared_telemetry::names::{Entry, Source, What};
use system_tests::DemoBuilder;

fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap().to_owned()
}

fn dictionary() -> Vec<&'static Entry> {
    shared_telemetry::names::all()
        .chain(contracts::telemetry::all())
        .collect()
}

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_busy_day_emits_is_in_the_dictionary_and_what_is_always_there_was_seen() {
    let current: Vec<_> = dictionary()
        .into_iter()
        .filter(|entry| entry.source != Source::Deprecated)
        .collect();
    let metrics = metrics::Receiver::start().await;
    let mut demo = demo()
        .env("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", &metrics.url())
        .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
        .start();
    demo.busy_day().await;
    let mut emitted = demo
        .emitted_when(|emitted| {
            // The last line of all is written when the demo stops.
            let unseen = judge::unseen(&current, emitted);
            let all = unseen.iter().all(|name| name == "log field signal");
            all && metrics.unseen(&current).is_empty()
        })
        .await;
    // The last metrics are sent when the demo stops, and taken in this process meanwhile.
    tokio::task::block_in_place(|| demo.stop());
    emitted.lines = demo.log_lines(|_| true);
    assert_none(
        &metrics.strangers(&current),
        "emitted, but not in the dictionary",
    );
    assert_none(
        &metrics.unseen(&current),
        "in the dictionary as always there, but not emitted",
    );
    assert_none(
        &judge::strangers(&current, &emitted),
        "emitted, but not in the dictionary",
    );
    assert_none(
        &judge::unseen(&current, &emitted),
        "in the dictionary as always there, but not emitted",
    );
}

#[tokio::test]
async fn old_names_come_beside_the_new_ones_when_they_are_asked_for() {
    let domains = "http/dup,database/dup,messaging/dup,rpc/dup";
    let demo = demo().env("OTEL_SEMCONV_STABILITY_OPT_IN", domains).start();
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    let old: Vec<_> = dictionary()
        .into_iter()
        .filter(|entry| entry.source == Source::Deprecated)
        .collect();
    let emitted = demo
        .emitted_when(|emitted| {
            let seen = |entry: &&Entry| {
                emitted
                    .spans()
                    .any(|span| !span["attributes"][entry.name].is_null())
            };
            old.iter()
                .filter(|entry| entry.name != "http.user_agent")
                .all(seen)
        })
        .await;
    assert_none(
        &judge::strangers(&dictionary(), &emitted),
        "emitted, but not in the dictionary",
    );
    for entry in &old {
        let seen = emitted
            .spans()
            .any(|span| !span["attributes"][entry.name].is_null());
        // No caller here says what it is.
        assert!(
            seen || entry.name == "http.user_agent",
            "{} is never emitted",
            entry.name
        );
    }
    let server = checkout.first("pricing", "GET /quote/{sku}");
    assert_eq!(server.attribute("http.method"), "GET");
    assert_eq!(server.attribute("http.request.method"), "GET");
    assert_eq!(server.attribute("http.status_code"), 200);
    let call = behind.first("fulfillment", "inventory.v1.Inventory/ReserveStock");
    assert_eq!(call.attribute("rpc.service"), "inventory.v1.Inventory");
    assert_eq!(call.attribute("rpc.grpc.status_code"), 0);
    let statement = behind.first("fulfillment", "INSERT orders");
    assert_eq!(
        statement.attribute("db.statement"),
        statement.attribute("db.query.text")
    );
    let sent = checkout.first("gateway", "send order.created");
    assert_eq!(sent.attribute("messaging.operation"), "publish");
    assert!(
        sent.attribute("messaging.kafka.destination.partition")
            .is_i64()
    );
}

#[test]
fn the_page_is_made_of_the_dictionary() {
    let (path, fresh) = (root().join("docs/telemetry.md"), page::page());
    #[allow(clippy::disallowed_methods)] // A switch for whoever runs the test, no setting.
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, &fresh).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == fresh,
        "docs/telemetry.md is stale: UPDATE=1 cargo test -p system-tests --test \
         names_are_one_dictionary the_page makes it anew"
    );
}

#[test]
fn names_agree_with_the_semantic_conventions() {
    assert_none(
        &conventions::disagreements(&dictionary(), &root()),
        "the conventions v1.44.0",
    );
    assert_none(
        &conventions::strange_metrics(&dictionary()),
        "the metrics of the conventions v1.44.0",
    );
}

#[test]
fn a_metrics_attributes_are_in_the_dictionary_and_no_other_is() {
    let mut used = BTreeSet::new();
    for entry in dictionary() {
        if let What::Metric { attributes, .. } = entry.what {
            used.extend(attributes.iter().copied());
        }
    }
    let listed: BTreeSet<_> = dictionary()
        .into_iter()
        .filter(|entry| matches!(entry.what, What::MetricAttribute(_)))
        .map(|entry| entry.name)
        .collect();
    let differ: Vec<String> = used
        .symmetric_difference(&listed)
        .map(|name| (*name).to_owned())
        .collect();
    assert_none(&differ, "attributes of metrics: used or listed, not both");
}

#[test]
fn no_name_has_two_meanings() {
    let mut found = Vec::new();
    let all = dictionary();
    for (number, entry) in all.iter().enumerate() {
        let same = |other: &&&Entry| match (&entry.what, &other.what) {
            (What::Span { kind, .. }, What::Span { kind: other, .. }) => kind == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        };
        if all[..number]
            .iter()
            .filter(same)
            .any(|other| other.name == entry.name)
        {
            found.push(entry.name.to_owned());
        }
        let shop = matches!(entry.what, What::Attribute(_)) && entry.source == Source::Ours;
        if shop && !entry.name.starts_with("app.") && entry.name != "checkout.step" {
            found.push(format!("{} does not begin with app.", entry.name));
        }
    }
    assert_none(&found, "one name, one entry");
}

#[test]
fn the_shops_source_and_its_part_of_the_dictionary_name_the_same() {
    assert_none(&source::differences(&root()), "source and dictionary");
}
