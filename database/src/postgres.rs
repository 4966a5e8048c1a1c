//! Pools of connections to a PostgreSQL server, the database's tables up to date.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::time::{Instant, sleep, timeout};

use crate::migrations::migrator;
use crate::{Address, OpenError, Script};

/// How long a start waits for a server that is not up yet, and for another process that brings
/// the same tables up to date.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a request waits for a connection. A caller waits for a few seconds at most, and an
/// answer that says no is better than none.
const ACQUIRE: Duration = Duration::from_secs(2);

/// How long one statement may run, and how long it may wait for another's lock before that.
const STATEMENT_TIMEOUT: &str = "5s";
const LOCK_TIMEOUT: &str = "3s";

/// A transaction that asks for nothing so long belongs to a process that has gone: its locks must
/// not stay.
const IDLE_IN_TRANSACTION: &str = "10s";

/// How long the server may take to say goodbye.
const CLOSE: Duration = Duration::from_secs(2);

/// Connections of one process. A server takes a hundred of all of them together.
const CONNECTIONS: u32 = 16;

/// Runs the scripts that the database has not seen, and opens it. Waits ten seconds for a server
/// that is not up yet. Of several processes that start at once, one runs the scripts and the
/// others wait for it.
///
/// Of the connections of the pool, a request waits two seconds for one; a statement is ended
/// after five. A server that goes away and comes back is found again by the next request.
///
/// # Errors
/// The server cannot be reached or does not let us in, or the database was written by a newer
/// version.
pub async fn open(address: &Address, scripts: &'static [Script]) -> Result<PgPool, OpenError> {
    let options = address.options().clone().disable_statement_logging();
    let mut connection = connect(&options, PATIENCE).await?;
    // sqlx holds an advisory lock meanwhile: two never run the same script.
    migrator(scripts)
        .run_direct(None, &mut connection, false)
        .await?;
    connection.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE);
    let limits = [
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
    ];
    Ok(pool.connect_lazy_with(options.options(limits)))
}

/// Closes the pool once its statements are done. After two seconds it is over: a statement that
/// hangs must not keep the process.
pub async fn close(pool: &PgPool) {
    // Late or not, the process ends.
    let _ = timeout(CLOSE, pool.close()).await;
}

/// A connection without the limits of the pool, for scripts: a change of a large table takes its
/// time. Not from a pool, whose error says only that time is up and not why.
async fn connect(
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<PgConnection, sqlx::Error> {
    let deadline = Instant::now() + patience;
    let waiting = [("lock_timeout", "10s")];
    let options = options.clone().options(waiting);
    loop {
        match options.connect().await {
            Err(error) if is_starting(&error) && Instant::now() < deadline => {
                sleep(Duration::from_millis(100)).await;
            }
            done => return done,
        }
    }
}

/// The server is not listening yet, has not recovered yet, or is full.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_start_gives_up_on_a_server_that_never_comes_up_and_says_why() {
        // Bound and not listening: nobody else takes the port meanwhile.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = socket.local_addr().unwrap().port();
        let address: Address = format!("postgres://shop:x@127.0.0.1:{port}/shop")
            .parse()
            .unwrap();
        let started = Instant::now();
        let patience = Duration::from_millis(300);
        let error = connect(address.options(), patience).await.unwrap_err();
        assert!(error.to_string().contains("refused"), "{error}");
        assert!(started.elapsed() >= patience, "it did not ask again");
    }
}
