//! Where a service's database is, as `DATABASE_URL` says it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serving::{Environment, InvalidSetting};

use crate::Address;

const NAME: &str = "DATABASE_URL";
const ACCEPTED: &str = "sqlite:<path of a file> without a query, or \
    postgres://<user>:<password>@<host>:<port>/<database> with sslmode disable, allow or prefer \
    (there is no TLS here)";

/// Where a database is, and of which kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Url {
    /// SQLite, in this file: `sqlite:<path>`, also spelled `sqlite://<path>`.
    Sqlite(PathBuf),
    /// PostgreSQL: `postgres://<user>:<password>@<host>:<port>/<database>`, also spelled
    /// `postgresql://`.
    Postgres(Address),
}

/// Without a secret: for messages.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => file.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

impl Url {
    /// The setting `DATABASE_URL`, which is required. `example` is one of this service's own:
    /// `sqlite:shop.db`.
    ///
    /// # Errors
    /// It is missing or not a database's URL. The message never shows a password.
    pub fn read(env: &Environment, example: &str) -> Result<Self, InvalidSetting> {
        let accepted = format!("{ACCEPTED}, for example {example}");
        let Some(text) = env.get(NAME) else {
            return Err(InvalidSetting::new(NAME, None, &accepted));
        };
        text.parse()
            .map_err(|InvalidUrl { shown }| InvalidSetting::new(NAME, Some(&shown), &accepted))
    }
}

/// A text that is no database's URL, as far as it may be shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is not a database's URL: expected {ACCEPTED}")]
pub struct InvalidUrl {
    shown: String,
}

impl InvalidUrl {
    pub(crate) fn new(shown: String) -> Self {
        Self { shown }
    }
}

impl FromStr for Url {
    type Err = InvalidUrl;

    fn from_str(url: &str) -> Result<Self, InvalidUrl> {
        let refused = |shown: String| Err(InvalidUrl::new(shown));
        match url.split_once(':') {
            Some(("sqlite", rest)) => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                match path.split_once('?') {
                    Some((path, _)) => refused(format!("sqlite:{path}?…")),
                    None if path.is_empty() || path == ":memory:" => refused(url.to_owned()),
                    None => Ok(Self::Sqlite(path.into())),
                }
            }
            Some(("postgres" | "postgresql", _)) => url.parse().map(Self::Postgres),
            // Behind any other scheme may stand a password: it is never shown.
            Some((scheme, _)) if is_scheme(scheme) => refused(format!("{scheme}:…")),
            _ => refused("…".to_owned()),
        }
    }
}

/// RFC 3986, section 3.1. What stands before a colon may be half of `password@host:port`.
fn is_scheme(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Url, String> {
        let env = Environment::from_pairs(pairs.iter().copied());
        Url::read(&env, "sqlite:shop.db").map_err(|error| error.to_string())
    }

    #[test]
    fn both_spellings_of_a_sqlite_url_name_the_same_file() {
        for url in ["sqlite:/data/shop.db", "sqlite:///data/shop.db"] {
            let url = read(&[("DATABASE_URL", url)]).unwrap();
            assert_eq!(url, Url::Sqlite("/data/shop.db".into()));
        }
        let relative = read(&[("DATABASE_URL", "sqlite:shop.db")]).unwrap();
        assert_eq!(relative, Url::Sqlite("shop.db".into()));
    }

    #[test]
    fn a_missing_database_is_refused_with_what_is_accepted() {
        assert_eq!(
            read(&[]).unwrap_err(),
            "DATABASE_URL is not set: expected sqlite:<path of a file> without a query, or \
             postgres://<user>:<password>@<host>:<port>/<database> with sslmode disable, allow or \
             prefer (there is no TLS here), for example sqlite:shop.db"
        );
    }

    #[test]
    fn a_password_in_a_database_url_is_never_shown() {
        let shown = [
            ("mysql://shop:hunter2@db/shop", "\"mysql:…\""),
            ("postgres:shop:hunter2@db/shop", "\"postgres:…\""),
            (
                "postgres://shop:hunter2@db",
                "\"postgres:… without a database\"",
            ),
            (
                "postgres://shop:hunter2@/shop",
                "\"postgres:… without a host\"",
            ),
            ("postgres://shop:hunter2@db:port/shop", "\"postgres:…\""),
            ("postgres://db/shop?passwort=hunter2", "\"postgres:…?…\""),
            (
                "postgres://shop:hunter2@db/shop?sslmode=hunter2",
                "\"postgres:…\"",
            ),
            ("shop-hunter2", "\"…\""),
            ("hunter2@db:5432/shop", "\"…\""),
            ("sqlite:a.db?key=hunter2", "\"sqlite:a.db?…\""),
        ];
        for (url, shown) in shown {
            let error = read(&[("DATABASE_URL", url)]).unwrap_err();
            let expected = format!("DATABASE_URL is {shown}: expected sqlite:<path of a file>");
            assert!(error.starts_with(&expected), "{error}");
            let parsed = url.parse::<Url>().unwrap_err();
            for text in [error, parsed.to_string(), format!("{parsed:?}")] {
                assert!(!text.contains("hunter2"), "{text}");
            }
        }
    }

    #[test]
    fn a_database_that_would_not_be_one_file_is_refused() {
        for url in ["sqlite:", "sqlite://", "sqlite::memory:"] {
            let error = read(&[("DATABASE_URL", url)]).unwrap_err();
            let expected = format!("DATABASE_URL is {url:?}: expected sqlite:<path of a file>");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn a_postgres_url_names_server_and_database_and_hides_its_password() {
        for scheme in ["postgres", "postgresql"] {
            let url = format!("{scheme}://shop:hunter2@db.internal:5433/orders?sslmode=prefer");
            let url = read(&[("DATABASE_URL", &url)]).unwrap();
            assert_eq!(url.to_string(), "postgres://db.internal:5433/orders");
            assert!(!format!("{url:?}").contains("hunter2"), "{url:?}");
            let Url::Postgres(address) = url else {
                panic!("expected a server, got {url}");
            };
            assert_eq!(address.host(), "db.internal");
            assert_eq!((address.port(), address.database()), (5433, "orders"));
        }
    }

    #[test]
    fn a_server_that_must_speak_tls_is_refused_with_what_is_accepted() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://shop:hunter2@db/shop?sslmode={mode}");
            let error = read(&[("DATABASE_URL", &url)]).unwrap_err();
            let shown = format!("DATABASE_URL is \"postgres:…?sslmode={mode}\": expected");
            assert!(error.starts_with(&shown), "{error}");
            assert!(error.contains("no TLS"), "{error}");
        }
    }
}
