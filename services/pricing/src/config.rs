//! The settings of pricing: the only place that reads them from the environment.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use contracts::Faults;
use database::Url;
use serving::listen::Limits;
use serving::{Environment, InvalidSetting};

/// What pricing must know to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where quotes are asked for. `HTTP_ADDR`, default 127.0.0.1:8081.
    pub http_addr: SocketAddr,
    /// What its listener allows. `MAX_CONNECTIONS`, `SHUTDOWN_NOTICE_MS`.
    pub limits: Limits,
    /// Where the price database is. `DATABASE_URL`, required: `sqlite:<path>` or
    /// `postgres://<user>:<password>@<host>:<port>/<database>`.
    pub database: Url,
    /// How long an article's price may be served from memory; zero is never.
    /// `QUOTE_CACHE_TTL_MS`, default 30000.
    pub quote_cache_ttl: Duration,
    /// Whether a request may ask for a fault. `DEMO_FAULTS`, `on` or `off`, default off.
    pub faults: Faults,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// The first one that is missing or wrong, by name, with what is accepted.
    pub fn read(env: &Environment) -> Result<Self, InvalidSetting> {
        let default_addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8081));
        Ok(Self {
            http_addr: env.optional(
                "HTTP_ADDR",
                default_addr,
                "an address such as 127.0.0.1:8081",
            )?,
            limits: Limits::read(env)?,
            database: Url::read(env, "sqlite:pricing.db")?,
            quote_cache_ttl: Duration::from_millis(env.optional(
                "QUOTE_CACHE_TTL_MS",
                30_000,
                "a whole number of milliseconds",
            )?),
            faults: Faults::new(env.switch("DEMO_FAULTS")?),
        })
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
        let settings = settings(&[("DATABASE_URL", "sqlite:pricing.db")]).unwrap();
        assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8081");
        assert_eq!(settings.database, Url::Sqlite("pricing.db".into()));
        assert_eq!(settings.quote_cache_ttl, Duration::from_secs(30));
        assert_eq!(settings.faults, Faults::new(false));
    }

    #[test]
    fn a_missing_database_is_refused_with_an_example() {
        let error = settings(&[]).unwrap_err();
        assert!(
            error.contains("DATABASE_URL") && error.contains("sqlite:pricing.db"),
            "{error}"
        );
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        let database = ("DATABASE_URL", "sqlite:pricing.db");
        for bad in [
            ("QUOTE_CACHE_TTL_MS", "soon"),
            ("QUOTE_CACHE_TTL_MS", "-1"),
            ("HTTP_ADDR", "8081"),
            ("DEMO_FAULTS", "yes"),
        ] {
            let error = settings(&[database, bad]).unwrap_err();
            assert!(error.contains(bad.0) && error.contains(bad.1), "{error}");
        }
    }
}
