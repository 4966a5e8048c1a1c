//! Databases on a real PostgreSQL server, with other processes at the same databases.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use database::testing::{self, Postgres, Server};
use database::{Address, OpenError, Script, postgres};
use shared_telemetry::task;
use sqlx::{Executor, PgPool};
use tokio::sync::Barrier;
use tokio::time::{Instant, sleep, timeout};

const TEAS: Script = (
    1,
    "teas",
    "CREATE TABLE teas (name TEXT PRIMARY KEY); INSERT INTO teas VALUES ('Assam')",
);
const MORE: Script = (2, "more", "INSERT INTO teas VALUES ('Darjeeling')");

static FIRST: &[Script] = &[TEAS];
static BOTH: &[Script] = &[TEAS, MORE];

async fn open(database: &Postgres, scripts: &'static [Script]) -> Result<PgPool, OpenError> {
    postgres::open(database.address(), scripts).await
}

async fn teas(pool: &PgPool) -> i64 {
    let query = sqlx::query_scalar("SELECT count(*) FROM teas");
    query.fetch_one(pool).await.unwrap()
}

async fn is_gone(folder: &Path) {
    let gone = async {
        while folder.exists() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn a_new_script_is_run_once_and_an_old_one_never_again() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    assert_eq!(teas(&open(&database, FIRST).await.unwrap()).await, 1);
    for _ in 0..2 {
        assert_eq!(teas(&open(&database, BOTH).await.unwrap()).await, 2);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_stays_as_it_is() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    let newer = open(&database, BOTH).await.unwrap();
    let error = open(&database, FIRST).await.unwrap_err();
    assert!(matches!(error, OpenError::Migrate(_)), "{error}");
    assert_eq!(teas(&newer).await, 2);
}

#[tokio::test]
async fn a_script_that_fails_leaves_nothing_and_a_better_one_is_run() {
    static BROKEN: &[Script] = &[
        TEAS,
        (2, "broken", "INSERT INTO teas VALUES ('x'), (1 / 0)"),
    ];
    let Some(database) = testing::postgres().await else {
        return;
    };
    open(&database, BROKEN).await.unwrap_err();
    assert_eq!(teas(&open(&database, BOTH).await.unwrap()).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_start_at_once_all_come_up() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    let gate = Arc::new(Barrier::new(8));
    let starts = (0..8).map(|_| {
        let (database, gate) = (database.clone(), Arc::clone(&gate));
        task::spawn(async move {
            gate.wait().await;
            open(&database, BOTH).await.unwrap()
        })
    });
    for start in starts.collect::<Vec<_>>() {
        assert_eq!(teas(&start.await.unwrap()).await, 2);
    }
}

#[tokio::test]
async fn two_tests_never_meet_in_one_database() {
    let (Some(one), Some(other)) = (testing::postgres().await, testing::postgres().await) else {
        return;
    };
    assert_eq!(teas(&open(&one, BOTH).await.unwrap()).await, 2);
    assert_eq!(teas(&open(&other, FIRST).await.unwrap()).await, 1);
}

#[tokio::test]
async fn a_statement_and_a_lock_and_an_idle_transaction_end_in_time() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    let pool = open(&database, BOTH).await.unwrap();
    let limits = [
        ("statement_timeout", "5s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ];
    for (name, limit) in limits {
        let query = sqlx::query_scalar::<_, String>("SELECT current_setting($1)");
        assert_eq!(query.bind(name).fetch_one(&pool).await.unwrap(), limit);
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_never_repeated() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    let right = database.url_with_password();
    let (user, server) = right.rsplit_once('@').unwrap();
    let (user, password) = user.rsplit_once(':').unwrap();
    assert!(!format!("{:?}", database.url()).contains(password));
    let wrong: Address = format!("{user}:hunter2@{server}").parse().unwrap();
    let error = postgres::open(&wrong, BOTH).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?} {wrong} {wrong:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(error.to_string().contains("password"), "{error}");
}

#[tokio::test]
async fn a_start_waits_for_a_server_that_comes_up_and_a_pool_finds_it_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let database = server.database().await;
    server.stop();
    let mut start = task::spawn({
        let database = database.clone();
        async move { open(&database, BOTH).await }
    });
    let early = timeout(Duration::from_millis(200), &mut start).await;
    assert!(early.is_err(), "gave up: {early:?}");
    server.start_again();
    let pool = start.await.unwrap().unwrap();
    assert_eq!(teas(&pool).await, 2);

    server.stop();
    let began = Instant::now();
    let asked = timeout(Duration::from_secs(10), pool.execute("SELECT 1"));
    asked.await.unwrap().unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5), "it waited long");
    server.start_again();
    database.connect().await;
    assert_eq!(teas(&pool).await, 2);
}

#[tokio::test]
async fn a_server_goes_with_whoever_started_it_and_leaves_no_file() {
    let Some(server) = Server::start() else {
        return;
    };
    let database = server.database().await;
    let folder = server.folder().to_owned();
    assert!(folder.exists());
    drop(server);
    is_gone(&folder).await;
    let (host, port) = (database.address().host(), database.address().port());
    let gone = tokio::net::TcpStream::connect((host, port)).await;
    assert!(gone.is_err(), "somebody still answers");
}

#[tokio::test]
async fn a_server_that_is_left_before_it_is_up_goes_too() {
    for _ in 0..3 {
        let Some(server) = Server::start() else {
            return;
        };
        let folder = server.folder().to_owned();
        drop(server);
        is_gone(&folder).await;
    }
}

#[tokio::test]
async fn a_statement_that_hangs_does_not_keep_the_process() {
    let Some(database) = testing::postgres().await else {
        return;
    };
    let pool = open(&database, BOTH).await.unwrap();
    let busy = pool.acquire().await.unwrap();
    tokio::time::pause();
    let patient = Duration::from_secs(60);
    timeout(patient, postgres::close(&pool)).await.unwrap();
    assert!(pool.is_closed());
    drop(busy);
}
