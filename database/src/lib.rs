//! Opening a service's database: its URL, its migrations, its pools. Nothing in here knows what
//! a database is for.
#![warn(missing_docs)]

mod url;

mod migrations;

pub mod sqlite;

pub use migrations::Script;
pub use url::{InvalidUrl, Url};

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be connected to.
    #[error(transparent)]
    Connect(#[from] sqlx::Error),
    /// Its tables cannot be brought up to date.
    #[error(transparent)]
    Migrate(#[from] sqlx::migrate::MigrateError),
}
