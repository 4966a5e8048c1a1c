//! Where a service's database is, as `DATABASE_URL` says it.

use std::path::PathBuf;
use std::str::FromStr;

use serving::{Environment, InvalidSetting};

const NAME: &str = "DATABASE_URL";
const ACCEPTED: &str = "sqlite:<path of a file> without a query";

/// Where a database is, and of which kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Url {
    /// SQLite, in this file: `sqlite:<path>`, also spelled `sqlite://<path>`.
    Sqlite(PathBuf),
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

impl FromStr for Url {
    type Err = InvalidUrl;

    fn from_str(url: &str) -> Result<Self, InvalidUrl> {
        let refused = |shown: String| Err(InvalidUrl { shown });
        match url.split_once(':') {
            Some(("sqlite", rest)) => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                match path.split_once('?') {
                    Some((path, _)) => refused(format!("sqlite:{path}?…")),
                    None if path.is_empty() || path == ":memory:" => refused(url.to_owned()),
                    None => Ok(Self::Sqlite(path.into())),
                }
            }
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
            "DATABASE_URL is not set: expected sqlite:<path of a file> without a query, \
             for example sqlite:shop.db"
        );
    }

    #[test]
    fn a_password_in_a_database_url_is_never_shown() {
        let shown = [
            ("postgres://shop:hunter2@db/shop", "\"postgres:…\""),
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
}
