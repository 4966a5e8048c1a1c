//! Opening a service's database: its URL, its migrations, its pools. Nothing in here knows what
//! a database is for.
#![warn(missing_docs)]

mod url;

mod address;

mod migrations;

pub mod sqlite;

pub mod postgres;

mod refusal;

mod retry;

#[cfg(feature = "testing")]
pub mod testing;

pub use address::Address;
pub use migrations::Script;
pub use refusal::refuses_the_data;
pub use retry::{OfDatabase, Retry, retrying};
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
