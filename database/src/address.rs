//! Where a database on a PostgreSQL server is, and how to be let in.

use std::fmt;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::InvalidUrl;

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What may be asked for behind the `?`. sqlx ignores what it does not know and repeats it in a
/// log line, so that a misspelt `password` would be read by many.
const PARAMETERS: [&str; 3] = ["sslmode", "application_name", "statement-cache-capacity"];

/// A database on a PostgreSQL server. Shown and debugged without user and password.
#[derive(Clone)]
pub struct Address {
    /// Boxed, for they are large and a settings' other choice is a path.
    options: Box<PgConnectOptions>,
    database: String,
}

impl Address {
    /// The server's host, as it was given.
    #[must_use]
    pub fn host(&self) -> &str {
        self.options.get_host()
    }

    /// The server's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.options.get_port()
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// What sqlx needs to connect, the password with it.
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl FromStr for Address {
    type Err = InvalidUrl;

    /// Without a password `PGPASSWORD` and `~/.pgpass` are asked, as with PostgreSQL's own tools.
    fn from_str(url: &str) -> Result<Self, InvalidUrl> {
        let refused = |why: &str| InvalidUrl::new(format!("postgres:…{why}"));
        let rest = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| refused(""))?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (server, database) = place.split_once('/').unwrap_or((place, ""));
        let host = server.rsplit_once('@').map_or(server, |(_, host)| host);
        if host.is_empty() || host.starts_with(':') || host.contains('%') {
            return Err(refused(" without a host"));
        }
        if database.is_empty() || database.contains('/') {
            return Err(refused(" without a database"));
        }
        if !query.split('&').all(is_known) {
            return Err(refused("?…"));
        }
        let options: PgConnectOptions = url.parse().map_err(|_| refused(""))?;
        let needs_tls = match options.get_ssl_mode() {
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => None,
            PgSslMode::Require => Some("require"),
            PgSslMode::VerifyCa => Some("verify-ca"),
            PgSslMode::VerifyFull => Some("verify-full"),
        };
        if let Some(mode) = needs_tls {
            return Err(refused(&format!("?sslmode={mode}")));
        }
        let database = options.get_database().ok_or_else(|| refused(""))?;
        let database = database.to_owned();
        Ok(Self {
            options: Box::new(options),
            database,
        })
    }
}

fn is_known(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    parameter.is_empty() || PARAMETERS.contains(&name)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.host(), self.port());
        write!(f, "postgres://{host}:{port}/{}", self.database)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.options.to_url_lossy() == other.options.to_url_lossy()
    }
}

impl Eq for Address {}
