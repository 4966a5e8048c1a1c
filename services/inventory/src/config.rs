//! The settings of inventory: the only place that reads them from the environment.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serving::{Environment, InvalidSetting};

/// What inventory must know to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `GET /stock/{sku}` is answered. `HTTP_ADDR`, default 127.0.0.1:8082.
    pub http_addr: SocketAddr,
    /// Where reservations are asked for. `GRPC_ADDR`, default 127.0.0.1:50051.
    pub grpc_addr: SocketAddr,
    /// The file of the stock database. `DATABASE_URL`, required, `sqlite:<path>`.
    pub database: PathBuf,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// The first one that is missing or wrong, by name, with what is accepted.
    pub fn read(env: &Environment) -> Result<Self, InvalidSetting> {
        let http = SocketAddr::from((Ipv4Addr::LOCALHOST, 8082));
        let grpc = SocketAddr::from((Ipv4Addr::LOCALHOST, 50051));
        Ok(Self {
            http_addr: env.optional("HTTP_ADDR", http, "an address such as 127.0.0.1:8082")?,
            grpc_addr: env.optional("GRPC_ADDR", grpc, "an address such as 127.0.0.1:50051")?,
            database: database(env)?,
        })
    }
}

const DATABASE_URL: &str = "DATABASE_URL";
const DATABASE_URL_ACCEPTED: &str =
    "sqlite:<path of a file> without a query, for example sqlite:inventory.db";

fn database(env: &Environment) -> Result<PathBuf, InvalidSetting> {
    let Some(url) = env.get(DATABASE_URL) else {
        return Err(InvalidSetting::new(
            DATABASE_URL,
            None,
            DATABASE_URL_ACCEPTED,
        ));
    };
    let refused =
        |shown: &str| InvalidSetting::new(DATABASE_URL, Some(shown), DATABASE_URL_ACCEPTED);
    match url.split_once(':') {
        Some(("sqlite", rest)) => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            match path.split_once('?') {
                Some((path, _)) => Err(refused(&format!("sqlite:{path}?…"))),
                None if path.is_empty() || path == ":memory:" => Err(refused(url)),
                None => Ok(PathBuf::from(path)),
            }
        }
        // Behind any other scheme may stand a password: it is never shown.
        Some((scheme, _)) => Err(refused(&format!("{scheme}:…"))),
        None => Err(refused("…")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&'static str, &str)]) -> Result<Settings, String> {
        let pairs = pairs.iter().copied();
        Settings::read(&Environment::from_pairs(pairs)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_database_is_all_that_must_be_set() {
        let settings = settings(&[("DATABASE_URL", "sqlite:inventory.db")]).unwrap();
        assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8082");
        assert_eq!(settings.database, PathBuf::from("inventory.db"));
        assert_eq!(settings.grpc_addr.to_string(), "127.0.0.1:50051");
    }

    #[test]
    fn both_spellings_of_a_sqlite_url_name_the_same_file() {
        for url in ["sqlite:/data/inventory.db", "sqlite:///data/inventory.db"] {
            let settings = settings(&[("DATABASE_URL", url)]).unwrap();
            assert_eq!(settings.database, PathBuf::from("/data/inventory.db"));
        }
    }

    #[test]
    fn a_missing_database_is_refused_with_what_is_accepted() {
        let error = settings(&[]).unwrap_err();
        assert!(
            error.contains("DATABASE_URL") && error.contains("sqlite:<path"),
            "{error}"
        );
    }

    #[test]
    fn a_password_in_a_database_url_is_never_shown() {
        for url in ["postgres://shop:hunter2@db/inventory", "shop-hunter2"] {
            let error = settings(&[("DATABASE_URL", url)]).unwrap_err();
            assert!(
                error.contains("DATABASE_URL") && error.contains("sqlite:<path"),
                "{error}"
            );
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_database_that_would_not_be_one_file_is_refused() {
        let shown = [
            ("sqlite:", "sqlite:"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite:a.db?key=hunter2", "sqlite:a.db?…"),
        ];
        for (url, shown) in shown {
            let error = settings(&[("DATABASE_URL", url)]).unwrap_err();
            assert!(
                error.contains(shown) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_bad_address_names_its_variable() {
        let database = ("DATABASE_URL", "sqlite:inventory.db");
        for bad in [("HTTP_ADDR", "8082"), ("GRPC_ADDR", "localhost")] {
            let error = settings(&[database, bad]).unwrap_err();
            assert!(error.contains(bad.0) && error.contains(bad.1), "{error}");
        }
    }
}
