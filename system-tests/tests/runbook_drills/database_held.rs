//! orders-stuck.md and database-pool-exhausted.md: somebody holds a service's database.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Executor as _};
use system_tests::{Demo, cart};

use crate::demo;
use crate::page::Drill;

/// Takes the service's file for itself, as `BEGIN EXCLUSIVE` does.
async fn hold(demo: &Demo, service: &str) -> SqliteConnection {
    let process = demo.process_of(service).unwrap().as_raw_nonzero();
    let environment = std::fs::read_to_string(format!("/proc/{process}/environ")).unwrap();
    let mut variables = environment.split('\0');
    let url = variables.find_map(|pair| pair.strip_prefix("DATABASE_URL=sqlite:"));
    let options = SqliteConnectOptions::new().filename(url.unwrap());
    let mut holder = SqliteConnection::connect_with(&options).await.unwrap();
    holder.execute("BEGIN EXCLUSIVE").await.unwrap();
    holder
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_while_its_database_is_held_and_goes_on_by_itself() {
    let drill = Drill::of("orders-stuck.md");
    let demo = demo().start();
    let fulfillment = demo.process_of("fulfillment");
    let holder = hold(&demo, "fulfillment").await;
    let accepted = demo.checkout(&cart(), &[]).await;
    let id = accepted.json["order_id"].as_str().unwrap();
    let line = demo.wait_for_line("the order that is tried again", |line| {
        let locked = line["fields"]["reason"].as_str().unwrap_or_default();
        line["message"] == "to be tried again" && locked.contains("database is locked")
    });
    drill.shows("to be tried again", &line.to_string());
    drill.shows("the order database does not answer", &line.to_string());
    let waiting = demo.get("gateway", &format!("/orders/{id}")).await;
    drill.shows(r#""state":"accepted""#, &waiting.json.to_string());
    let lag = demo.get("fulfillment", "/lag").await;
    drill.shows(r#""lag":1"#, &lag.json.to_string());

    holder.close().await.unwrap();
    let reserved = demo.order_in_state(id, "reserved").await;
    drill.shows(r#""state":"reserved""#, &reserved.to_string());
    let same = demo.process_of("fulfillment") == fulfillment;
    assert!(same, "nobody was started again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_may_not_be_doubled_is_refused_in_time_while_its_database_is_held() {
    let drill = Drill::of("database-pool-exhausted.md");
    let demo = demo().start();
    let holder = hold(&demo, "gateway").await;
    let key = [("idempotency-key", "drill-1")];
    let refused = demo.checkout(&cart(), &key).await;
    assert_eq!(refused.status.as_u16(), 503, "{}", refused.json);
    drill.shows(
        "the checkout database takes longer than 2 s: please try again with the same Idempotency-Key",
        &refused.json.to_string(),
    );
    let without_a_key = demo.checkout(&cart(), &[]).await;
    assert_eq!(without_a_key.status.as_u16(), 202, "{}", without_a_key.json);
    let line = demo.wait_for_line("the checkout that is not remembered", |line| {
        line["message"] == "what came of a checkout is not remembered"
    });
    assert_eq!(line["service"], "gateway");

    holder.close().await.unwrap();
    let again = demo.checkout(&cart(), &key).await;
    assert_eq!(again.status.as_u16(), 202, "{}", again.json);
}
