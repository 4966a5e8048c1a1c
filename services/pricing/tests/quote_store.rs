//! The price database on a real SQLite file.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pricing::quote::{Currency, QuoteError};
use pricing::quote_store::{QuoteStore, SqliteQuoteStore};
use shared_telemetry::task;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Barrier;
use tokio::time::timeout;

async fn open(dir: &TempDir) -> SqliteQuoteStore {
    SqliteQuoteStore::open(&dir.path().join("pricing.db"))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_article_has_a_price_in_each_currency() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    for sku in ["TEAPOT-1", "MUG-2", "KETTLE-3", "ONE-LEFT-9"] {
        let eur = store.item(sku, Currency::Eur).await.unwrap().unwrap();
        let usd = store.item(sku, Currency::Usd).await.unwrap().unwrap();
        assert_eq!((eur.sku.as_str(), eur.currency), (sku, Currency::Eur));
        assert_eq!(eur.name, usd.name);
        assert_ne!(eur.unit_cents, usd.unit_cents);
    }
    assert_eq!(store.item("NOPE", Currency::Eur).await.unwrap(), None);
}

#[tokio::test]
async fn the_seeded_coupons_count_and_the_expired_one_does_not() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    for (coupon, percent) in [("WELCOME10", 10), ("GOLD20", 20)] {
        let promotion = store.promotion(coupon).await.unwrap().unwrap();
        assert_eq!(promotion.percent, percent);
        assert!(promotion.valid_at(SystemTime::now()).is_ok());
    }
    let expired = store.promotion("EXPIRED5").await.unwrap().unwrap();
    assert_eq!(
        expired.valid_at(SystemTime::now()),
        Err(QuoteError::ExpiredCoupon)
    );
    assert_eq!(store.promotion("welcome10").await.unwrap(), None);
}

#[tokio::test]
async fn a_database_is_opened_again_as_it_was() {
    let dir = TempDir::new().unwrap();
    let first = open(&dir).await.items().await.unwrap();
    assert_eq!(open(&dir).await.items().await.unwrap(), first);
}

/// A connection to the file as another program would open it, without WAL.
async fn stranger(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    options.connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_start_at_once_all_come_up() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("pricing.db");
    // The worst moment: a first process has made its list of scripts, and has run none yet.
    let list = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
        installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
        checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";
    let mut first = stranger(&file).await;
    sqlx::query(list).execute(&mut first).await.unwrap();
    first.close().await.unwrap();
    let gate = Arc::new(Barrier::new(8));
    let starts = (0..8).map(|_| {
        let (file, gate) = (file.clone(), Arc::clone(&gate));
        task::spawn(async move {
            gate.wait().await;
            SqliteQuoteStore::open(&file).await
        })
    });
    for start in starts.collect::<Vec<_>>() {
        let store = start.await.unwrap().unwrap();
        assert_eq!(store.items().await.unwrap().len(), 18);
    }
}

#[tokio::test]
async fn a_start_waits_for_a_process_that_writes_the_file() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("pricing.db");
    let mut writer = stranger(&file).await;
    let mut writing = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("CREATE TABLE notes (note TEXT)")
        .execute(&mut *writing)
        .await
        .unwrap();
    let mut start = task::spawn(async move { SqliteQuoteStore::open(&file).await });
    let early = timeout(Duration::from_millis(200), &mut start).await;
    assert!(early.is_err(), "gave up, or wrote between: {early:?}");
    writing.commit().await.unwrap();
    start.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error_and_no_panic() {
    let dir = TempDir::new().unwrap();
    assert!(
        SqliteQuoteStore::open(&dir.path().join("nowhere/pricing.db"))
            .await
            .is_err()
    );
}
