//! Databases on real SQLite files, with other processes at the same files.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use database::sqlite::{self, WriterAndReaders};
use database::{OpenError, Script};
use shared_telemetry::task;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tempfile::TempDir;
use tokio::sync::Barrier;
use tokio::time::timeout;

const TEAS: Script = (
    1,
    "teas",
    "CREATE TABLE teas (name TEXT PRIMARY KEY) STRICT; INSERT INTO teas VALUES ('Assam')",
);
const MORE: Script = (2, "more", "INSERT INTO teas VALUES ('Darjeeling')");

static FIRST: &[Script] = &[TEAS];
static BOTH: &[Script] = &[TEAS, MORE];

fn folder() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("shop.db");
    (dir, file)
}

async fn open(file: &Path, scripts: &'static [Script]) -> Result<SqlitePool, OpenError> {
    sqlite::open(file, SqliteSynchronous::Normal, scripts).await
}

async fn open_with_one_writer(file: &Path) -> Result<WriterAndReaders, OpenError> {
    sqlite::open_with_one_writer(file, SqliteSynchronous::Normal, BOTH).await
}

async fn teas(pool: &SqlitePool) -> i64 {
    let query = sqlx::query_as::<_, (i64,)>("SELECT count(*) FROM teas");
    query.fetch_one(pool).await.unwrap().0
}

/// A connection to the file as another program would open it, without WAL.
async fn stranger(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    options.connect().await.unwrap()
}

#[tokio::test]
async fn a_new_script_is_run_once_and_an_old_one_never_again() {
    let (_dir, file) = folder();
    assert_eq!(teas(&open(&file, FIRST).await.unwrap()).await, 1);
    for _ in 0..2 {
        assert_eq!(teas(&open(&file, BOTH).await.unwrap()).await, 2);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_stays_as_it_is() {
    let (_dir, file) = folder();
    let newer = open(&file, BOTH).await.unwrap();
    let error = open(&file, FIRST).await.unwrap_err();
    assert!(matches!(error, OpenError::Migrate(_)), "{error}");
    assert_eq!(teas(&newer).await, 2);
}

#[tokio::test]
async fn a_script_that_was_edited_after_its_release_is_refused() {
    static EDITED: &[Script] = &[(1, "teas", "CREATE TABLE teas (name TEXT) STRICT")];
    let (_dir, file) = folder();
    open(&file, FIRST).await.unwrap();
    let error = open(&file, EDITED).await.unwrap_err().to_string();
    assert!(error.contains("migration 1"), "{error}");
}

#[tokio::test]
async fn scripts_are_run_all_or_none() {
    static BROKEN: &[Script] = &[TEAS, (2, "broken", "INSERT INTO nowhere VALUES (1)")];
    let (_dir, file) = folder();
    open(&file, BROKEN).await.unwrap_err();
    assert_eq!(teas(&open(&file, BOTH).await.unwrap()).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_start_at_once_all_come_up() {
    let (_dir, file) = folder();
    // The worst moment: a first process has made its list of scripts, and has run none yet.
    let list = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
        installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
        checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";
    let mut first = stranger(&file).await;
    sqlx::query(list).execute(&mut first).await.unwrap();
    first.close().await.unwrap();
    let gate = Arc::new(Barrier::new(8));
    let starts = (0..8).map(|number| {
        let (file, gate) = (file.clone(), Arc::clone(&gate));
        task::spawn(async move {
            gate.wait().await;
            if number % 2 == 0 {
                open(&file, BOTH).await.unwrap()
            } else {
                open_with_one_writer(&file).await.unwrap().readers
            }
        })
    });
    for start in starts.collect::<Vec<_>>() {
        assert_eq!(teas(&start.await.unwrap()).await, 2);
    }
}

#[tokio::test]
async fn a_start_waits_for_a_process_that_writes_the_file() {
    let (_dir, file) = folder();
    let mut writer = stranger(&file).await;
    let mut writing = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("CREATE TABLE notes (note TEXT)")
        .execute(&mut *writing)
        .await
        .unwrap();
    let mut start = task::spawn(async move { open(&file, BOTH).await });
    let early = timeout(Duration::from_millis(200), &mut start).await;
    assert!(early.is_err(), "gave up, or wrote between: {early:?}");
    writing.commit().await.unwrap();
    start.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error_and_no_panic() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("nowhere/shop.db");
    let error = open(&file, BOTH).await.unwrap_err();
    assert!(matches!(error, OpenError::Connect(_)), "{error}");
    open_with_one_writer(&file).await.unwrap_err();
}

#[tokio::test]
async fn a_file_is_as_safe_from_a_power_cut_as_its_service_asked() {
    for (asked, level) in [(SqliteSynchronous::Normal, 1), (SqliteSynchronous::Full, 2)] {
        let (_dir, file) = folder();
        let pool = sqlite::open(&file, asked, BOTH).await.unwrap();
        let query = sqlx::query_as::<_, (i64,)>("PRAGMA synchronous");
        assert_eq!(query.fetch_one(&pool).await.unwrap().0, level);
    }
}

#[tokio::test]
async fn readers_do_not_wait_for_the_writer_and_a_second_writer_does() {
    let (_dir, file) = folder();
    let pools = open_with_one_writer(&file).await.unwrap();
    let mut writing = pools.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("DELETE FROM teas")
        .execute(&mut *writing)
        .await
        .unwrap();
    assert_eq!(teas(&pools.readers).await, 2);
    let second = timeout(Duration::from_millis(200), pools.writer.acquire()).await;
    assert!(second.is_err(), "a second connection writes");
    writing.commit().await.unwrap();
    assert_eq!(teas(&pools.readers).await, 0);
}

#[tokio::test]
async fn closed_pools_leave_one_whole_file() {
    let (dir, file) = folder();
    let pools = open_with_one_writer(&file).await.unwrap();
    sqlite::close(&[&pools.readers, &pools.writer]).await;
    let left = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["shop.db"]);
}

#[tokio::test]
async fn a_statement_that_hangs_does_not_keep_the_process() {
    let (_dir, file) = folder();
    let pool = open(&file, BOTH).await.unwrap();
    let busy = pool.acquire().await.unwrap();
    tokio::time::pause();
    let patient = Duration::from_secs(60);
    timeout(patient, sqlite::close(&[&pool])).await.unwrap();
    assert!(pool.is_closed());
    drop(busy);
}

#[tokio::test]
async fn a_transaction_that_sqlite_has_undone_by_itself_spoils_no_later_one() {
    let (_dir, file) = folder();
    let pools = open_with_one_writer(&file).await.unwrap();
    let mut transaction = pools.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    // As SQLite does it on a full disk: behind the back of sqlx.
    let undo = sqlx::query("ROLLBACK").execute(&mut *transaction);
    undo.await.unwrap();
    assert!(transaction.rollback().await.is_err(), "nothing to undo");
    let next = timeout(
        Duration::from_secs(5),
        pools.writer.begin_with("BEGIN IMMEDIATE"),
    );
    next.await.unwrap().unwrap();
}
