//! The same shop on PostgreSQL: each service with a database of its own there.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use database::testing::postgres;
use system_tests::{Demo, DemoBuilder};

async fn demo_on_postgresql() -> Option<Demo> {
    let mut demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    for service in ["gateway", "pricing", "fulfillment", "inventory"] {
        let database = postgres().await?;
        let url = database.url_with_password();
        demo = demo.set(&format!("{service}.DATABASE_URL={url}"));
    }
    Some(demo.start())
}

#[tokio::test(flavor = "multi_thread")]
async fn tracectl_verify_passes_on_postgresql() {
    let Some(demo) = demo_on_postgresql().await else {
        return;
    };
    let output = demo.verify(env!("CARGO_BIN_EXE_tracectl-under-test"), &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_tell_the_database_that_really_ran_and_no_value() {
    let Some(demo) = demo_on_postgresql().await else {
        return;
    };
    let order = demo.order().await;
    let (checkout, behind) = demo.both_traces(&order).await;
    let spans: Vec<_> = checkout.spans().chain(behind.spans()).collect();
    let sql: Vec<_> = spans
        .iter()
        .filter(|span| !span.attribute("db.system.name").is_null())
        .collect();
    for service in ["gateway", "pricing", "fulfillment", "inventory"] {
        assert!(
            sql.iter().any(|span| span.service() == service),
            "{service}"
        );
    }
    for span in sql {
        assert_eq!(span.attribute("db.system.name"), "postgresql");
        let text = span.attribute("db.query.text").as_str().unwrap_or_default();
        assert!(!text.contains(&order.id()), "a value in {text}");
    }
}
