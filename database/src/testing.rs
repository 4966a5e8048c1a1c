//! A private PostgreSQL for tests, started by the first that asks for it.
//!
//! ```no_run
//! # async fn a_test() {
//! let Some(postgres) = database::testing::postgres().await else { return };
//! let url: database::Url = postgres.url();
//! // … a database of this test's own, empty …
//! # }
//! ```
//!
//! One server serves all tests of a process, each with a database of its own. It listens on
//! 127.0.0.1 and keeps its files in a temporary folder. When the process has ended, however it
//! ended, the server stops and the folder goes. A test that needs a server to go away and come
//! back starts its own, see [`Server::start`].
//!
//! `initdb` and `postgres` are looked for in `PATH` and in `/usr/lib/postgresql/*/bin`. Without
//! them a test says so and passes; where `CI` is set it fails, so that nobody takes a test that
//! never ran for a green one. PostgreSQL refuses root: then it runs as the user `postgres` or
//! `nobody`.

mod programs;
mod server;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serving::Environment;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use crate::{Address, Url};
use programs::Programs;

pub use server::Server;

/// How long a server may take to come up, on a busy machine.
const UP: Duration = Duration::from_secs(30);

/// A database of one test.
#[derive(Debug, Clone)]
pub struct Postgres {
    text: String,
    address: Address,
    /// What the server says about itself.
    log: PathBuf,
}

impl Postgres {
    /// Where it is, as a service's settings have it.
    #[must_use]
    pub fn url(&self) -> Url {
        Url::Postgres(self.address.clone())
    }

    /// Where it is, as `DATABASE_URL` spells it: with its password.
    #[must_use]
    pub fn url_with_password(&self) -> &str {
        &self.text
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A connection beside those of the code under test, once the server lets one in.
    ///
    /// # Panics
    /// When there is none after 30 seconds.
    pub async fn connect(&self) -> PgConnection {
        let deadline = Instant::now() + UP;
        loop {
            match PgConnection::connect_with(self.address.options()).await {
                Ok(connection) => return connection,
                Err(error) if Instant::now() > deadline => {
                    let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                    panic!("no connection to the private PostgreSQL: {error}\n{log}")
                }
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Waits until so many statements in this database wait for locks.
    ///
    /// # Panics
    /// When they do not after 30 seconds.
    pub async fn waits_for_locks(&self, statements: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let mut watcher = self.connect().await;
        let deadline = Instant::now() + UP;
        loop {
            let count: Result<i64, _> = sqlx::query_scalar(waiting).fetch_one(&mut watcher).await;
            match count {
                Ok(count) if count >= statements => return,
                count => assert!(Instant::now() < deadline, "waiting: {count:?}"),
            }
            sleep(Duration::from_millis(2)).await;
        }
    }
}

/// A new and empty database on this process's own server. `None` where there is no PostgreSQL,
/// which is said on standard error.
///
/// # Panics
/// When there is none and `CI` is set, or when it does not start.
pub async fn postgres() -> Option<Postgres> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    let server = SHARED.get_or_init(Server::start);
    match server {
        Some(server) => Some(server.database().await),
        None => {
            skipped();
            None
        }
    }
}

/// The programs, or nothing where a test may be skipped.
fn programs() -> Option<Programs> {
    let environment = Environment::process();
    let found = Programs::find(environment.get("PATH").unwrap_or_default());
    assert!(
        found.is_some() || environment.get("CI").is_none(),
        "CI is set and there is no PostgreSQL: expected initdb and postgres in PATH or in \
         /usr/lib/postgresql/*/bin"
    );
    found
}

/// Not by `eprintln!`: the test harness would keep it to itself.
fn skipped() {
    let _ = writeln!(std::io::stderr(), "skipped: no PostgreSQL");
}

/// A number that no other database of this process has.
fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
