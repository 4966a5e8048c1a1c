//! Several processes that open one file at once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use inventory::stock_store::SqliteStockStore;
use shared_telemetry::task;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Barrier;
use tokio::time::timeout;

use crate::left;

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
    let file = dir.path().join("inventory.db");
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
            SqliteStockStore::open(&file).await
        })
    });
    for start in starts.collect::<Vec<_>>() {
        let store = start.await.unwrap().unwrap();
        assert_eq!(left(&store, "ONE-LEFT-9").await, 1);
    }
}

#[tokio::test]
async fn a_start_waits_for_a_process_that_writes_the_file() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("inventory.db");
    let mut writer = stranger(&file).await;
    let mut writing = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("CREATE TABLE notes (note TEXT)")
        .execute(&mut *writing)
        .await
        .unwrap();
    let mut start = task::spawn(async move { SqliteStockStore::open(&file).await });
    let early = timeout(Duration::from_millis(200), &mut start).await;
    assert!(early.is_err(), "gave up, or wrote between: {early:?}");
    writing.commit().await.unwrap();
    start.await.unwrap().unwrap();
}
