//! The databases under the services: locked by somebody else, or stopped and started again.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use database::testing::{Postgres, Server};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use system_tests::{Customers, Demo, DemoBuilder, Ledger};

use crate::{all_is_well, export_to, retries, shop};

const BEFORE: usize = 20;
const MEANWHILE: usize = 40;

/// Waits until somebody notices what was done to the shop.
async fn until(noticed: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(35);
    while !noticed() {
        assert!(Instant::now() < deadline, "nobody noticed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The SQLite file that a service has open.
fn file_of(demo: &Demo, service: &str) -> PathBuf {
    let process = demo.process_of(service).unwrap().as_raw_nonzero();
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let mut files = open
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok());
    files
        .find(|file| file.extension().is_some_and(|extension| extension == "db"))
        .expect("a service has its database open")
}

async fn locked(service: &str, noticed: impl Fn(&Demo, &Customers) -> bool) {
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;

    let file = SqliteConnectOptions::new().filename(file_of(&demo, service));
    let mut other: SqliteConnection = file
        .busy_timeout(Duration::from_secs(20))
        .connect()
        .await
        .unwrap();
    let lock = other.begin_with("BEGIN EXCLUSIVE").await.unwrap();
    tokio::join!(customers.order(&demo, MEANWHILE), async {
        until(|| noticed(&demo, &customers)).await;
        lock.rollback().await.unwrap();
    });
    all_is_well(&demo, &ledger, &customers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_fulfillment_s_database_is_locked_orders_wait() {
    locked("fulfillment", |demo, _| retries(demo) > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_inventory_s_database_is_locked_orders_wait() {
    locked("inventory", |demo, _| retries(demo) > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_gateway_s_database_is_locked_nothing_is_promised() {
    locked("gateway", |_, customers| customers.refusals() > 0).await;
}

async fn postgres_demo(server: &Server, ledger: &Ledger) -> Demo {
    let mut demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"));
    for service in ["gateway", "pricing", "fulfillment", "inventory"] {
        let database: Postgres = server.database().await;
        let url = database.url_with_password();
        demo = demo.set(&format!("{service}.DATABASE_URL={url}"));
    }
    export_to(ledger, demo).start()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_down_nothing_is_promised_and_then_all_goes_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let ledger = Ledger::start().await;
    let demo = postgres_demo(&server, &ledger).await;
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;
    tokio::join!(customers.order(&demo, MEANWHILE), async {
        tokio::task::block_in_place(|| server.stop());
        until(|| customers.refusals() > 5).await;
        tokio::task::block_in_place(|| server.start_again());
    });
    all_is_well(&demo, &ledger, &customers).await;
}
