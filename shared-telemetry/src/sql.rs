//! SQL: a CLIENT span around each statement, for sqlx.
//!
//! The statement's text is a constant with placeholders, so that no bound value can reach a
//! span: values are given to sqlx, and never to this module.
//!
//! sqlx keeps SQLite's connections on threads of their own. It sends each command together with
//! the caller's `tracing` span, and the thread lets go of that span a moment after it has answered:
//! a business span would end late, perhaps after the SERVER span around it. So whatever runs here runs [`apart`] from the caller's subscriber.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "Database client spans".

mod pools;

use std::sync::Arc;

use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::boundary::Boundary;
use crate::names;

pub use pools::observe_pools;

/// One SQL statement, with the words that name its span.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    operation: &'static str,
    collection: &'static str,
    text: &'static str,
    summary: Summary,
}

/// `{operation} {collection}`, put together at compile time: the span's name is on every request.
#[derive(Debug, Clone, Copy)]
struct Summary {
    bytes: [u8; Summary::CAPACITY],
    length: usize,
}

impl Summary {
    const CAPACITY: usize = 64;

    const fn new(operation: &str, collection: &str) -> Self {
        assert!(
            operation.len() + 1 + collection.len() <= Self::CAPACITY,
            "operation and collection together are limited to 63 bytes"
        );
        let mut bytes = [b' '; Self::CAPACITY];
        let mut i = 0;
        while i < operation.len() {
            bytes[i] = operation.as_bytes()[i];
            i += 1;
        }
        let mut j = 0;
        while j < collection.len() {
            bytes[i + 1 + j] = collection.as_bytes()[j];
            j += 1;
        }
        Self {
            bytes,
            length: operation.len() + 1 + collection.len(),
        }
    }

    fn as_str(&'static self) -> &'static str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("made of two strings and a space")
    }
}

impl Statement {
    /// A statement: `operation` as in `db.operation.name` (`SELECT`), `collection` the table
    /// that it is mainly about, `text` with `$1`, `$2` for values. Meant for a `static`.
    #[must_use]
    pub const fn new(
        operation: &'static str,
        collection: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            operation,
            collection,
            text,
            summary: Summary::new(operation, collection),
        }
    }

    /// The text to give to `sqlx::query`.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }
}

/// The database that statements run against, as spans name it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    system: &'static str,
    namespace: Arc<str>,
    server: Option<(Arc<str>, u16)>,
}

/// Runs what a connection does beside statements, `BEGIN` and `COMMIT` for one, where no
/// `tracing` span is current, so that no thread of sqlx can hold one. The OpenTelemetry context
/// stays: spans of boundaries find their parent.
///
/// Give it nothing but sqlx's own futures: what they would log is lost, and a `tracing` callsite
/// that is met here for the first time stays off for good. sqlx's own lines are not wanted; its
/// failures come back as errors.
pub async fn apart<F: Future>(work: F) -> F::Output {
    // A subscriber made by `Dispatch::new` would have to be asked at every callsite of the process.
    work.with_subscriber(Dispatch::none()).await
}

impl Database {
    /// An embedded SQLite database; `namespace` is its name, not its path.
    #[must_use]
    pub fn sqlite(namespace: &str) -> Self {
        Self {
            system: "sqlite",
            namespace: namespace.into(),
            server: None,
        }
    }

    /// A PostgreSQL database on a server.
    #[must_use]
    pub fn postgresql(namespace: &str, host: &str, port: u16) -> Self {
        Self {
            system: "postgresql",
            namespace: namespace.into(),
            server: Some((host.into(), port)),
        }
    }

    /// Runs `query` in a CLIENT span named `{operation} {collection}`.
    ///
    /// # Errors
    /// Those of `query`, unchanged; the span then has the exception, status ERROR and, when the
    /// database gave one, its code in `db.response.status_code`.
    pub async fn run<T>(
        &self,
        statement: &'static Statement,
        query: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let summary = statement.summary.as_str();
        let span = Boundary::start(summary, SpanKind::Client, &Context::current(), Vec::new());
        span.record(|| self.attributes(statement, summary));
        let result = span.during(apart(query)).await;
        if let Err(error) = &result {
            let code = error.as_database_error().and_then(|error| error.code());
            if let Some(code) = code {
                span.set(names::DB_RESPONSE_STATUS_CODE, code.clone().into_owned());
                span.fail_with(code.into_owned(), error);
            } else {
                span.fail_with(std::any::type_name::<sqlx::Error>(), error);
            }
        }
        result
    }

    fn attributes(&self, statement: &'static Statement, summary: &'static str) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new(names::DB_SYSTEM_NAME, self.system),
            KeyValue::new(names::DB_NAMESPACE, Arc::clone(&self.namespace)),
            KeyValue::new(names::DB_COLLECTION_NAME, statement.collection),
            KeyValue::new(names::DB_OPERATION_NAME, statement.operation),
            KeyValue::new(names::DB_QUERY_SUMMARY, summary),
            KeyValue::new(names::DB_QUERY_TEXT, statement.text),
        ];
        if let Some((host, port)) = &self.server {
            attributes.push(KeyValue::new(names::SERVER_ADDRESS, Arc::clone(host)));
            attributes.push(KeyValue::new(names::SERVER_PORT, i64::from(*port)));
        }
        attributes
    }
}
