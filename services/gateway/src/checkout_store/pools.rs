//! The connections of the checkout store: to an SQLite file or to PostgreSQL.

use std::time::{Duration, SystemTime};

use database::sqlite::WriterAndReaders;
use database::{OpenError, Url, postgres, sqlite};
use shared_telemetry::sql::{self, Database, Statement};
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteRow, SqliteSynchronous};
use sqlx::{FromRow, PgPool};
use tokio::time::timeout;
use uuid::Uuid;

use super::{CheckoutStore, migrations};

/// A customer waits: a database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the checkout database does not answer")]
    Failed(#[from] sqlx::Error),
    /// It may do it yet.
    #[error("the checkout database takes longer than {} s", PATIENCE.as_secs())]
    Late,
    /// Somebody else has written there.
    #[error("the checkout database holds something that is no checkout")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A value for a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Option<String>),
    Int(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Pools {
    connections: Connections,
    database: Database,
}

#[derive(Debug, Clone)]
enum Connections {
    Sqlite(WriterAndReaders),
    Postgres(PgPool),
}

/// A query with its values. A macro, because the bounds of a function for both databases would be
/// longer than all the rest.
macro_rules! bind {
    ($query:expr, $values:expr) => {
        $values
            .into_iter()
            .fold($query, |query, value| match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
            })
    };
}

impl CheckoutStore {
    /// Opens the database, creates the file when it is one that is not there, and brings its
    /// tables up to date.
    pub(crate) async fn open(url: &Url) -> Result<Self, OpenError> {
        let pools = match url {
            Url::Sqlite(file) => {
                // An order is written before it is sent: not even a power cut may come between.
                let full = SqliteSynchronous::Full;
                let pools = sqlite::open_with_one_writer(file, full, migrations::SQLITE).await?;
                sql::observe_pools(&[
                    ("gateway.writer", &pools.writer),
                    ("gateway.readers", &pools.readers),
                ]);
                Pools {
                    connections: Connections::Sqlite(pools),
                    database: Database::sqlite("gateway"),
                }
            }
            Url::Postgres(address) => {
                let pool = postgres::open(address, migrations::POSTGRES).await?;
                sql::observe_pools(&[("gateway", &pool)]);
                Pools {
                    connections: Connections::Postgres(pool),
                    database: Database::postgresql(
                        address.database(),
                        address.host(),
                        address.port(),
                    ),
                }
            }
        };
        Ok(Self { pools })
    }

    /// Lets go of the database once all statements are done.
    pub(crate) async fn close(&self) {
        match &self.pools.connections {
            Connections::Sqlite(pools) => sqlite::close(&[&pools.readers, &pools.writer]).await,
            Connections::Postgres(pool) => postgres::close(pool).await,
        }
    }
}

impl Pools {
    /// How many rows `statement` has changed, however long it takes: for work that nobody waits
    /// for. The pools' own limits hold, some seconds.
    pub(super) async fn execute<const N: usize>(
        &self,
        statement: &'static Statement,
        values: [Value; N],
    ) -> Result<u64, sqlx::Error> {
        match &self.connections {
            Connections::Sqlite(pools) => {
                let query = bind!(sqlx::query(statement.text()), values);
                let done = self.database.run(statement, query.execute(&pools.writer));
                Ok(done.await?.rows_affected())
            }
            Connections::Postgres(pool) => {
                let query = bind!(sqlx::query(statement.text()), values);
                let done = self.database.run(statement, query.execute(pool));
                Ok(done.await?.rows_affected())
            }
        }
    }

    /// Whether `statement` has changed its one row.
    pub(super) async fn change<const N: usize>(
        &self,
        statement: &'static Statement,
        values: [Value; N],
    ) -> Result<bool, StoreError> {
        Ok(in_time(self.execute(statement, values)).await? == 1)
    }

    /// The one row of `statement`, if there is one.
    pub(super) async fn find<R, const N: usize>(
        &self,
        statement: &'static Statement,
        values: [Value; N],
    ) -> Result<Option<R>, StoreError>
    where
        R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        match &self.connections {
            Connections::Sqlite(pools) => {
                let query = bind!(sqlx::query_as(statement.text()), values);
                let found = self
                    .database
                    .run(statement, query.fetch_optional(&pools.readers));
                in_time(found).await
            }
            Connections::Postgres(pool) => {
                let query = bind!(sqlx::query_as(statement.text()), values);
                let found = self.database.run(statement, query.fetch_optional(pool));
                in_time(found).await
            }
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    let done = timeout(PATIENCE, work)
        .await
        .map_err(|_| StoreError::Late)?;
    Ok(done?)
}

impl Value {
    /// Milliseconds since the Unix epoch.
    pub(super) fn time(time: SystemTime) -> Self {
        Self::Int(milliseconds(time))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(Some(id.to_string()))
    }
}

/// A time before the epoch is the epoch: a clock that was never set.
pub(super) fn milliseconds(time: SystemTime) -> i64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
