//! The settings of inventory: the only place that reads them from the environment.

use std::net::{Ipv4Addr, SocketAddr};

use contracts::Faults;
use database::Url;
use serving::listen::Limits;
use serving::{Environment, InvalidSetting};

/// What inventory must know to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `GET /stock/{sku}` is answered. `HTTP_ADDR`, default 127.0.0.1:8082.
    pub http_addr: SocketAddr,
    /// Where reservations are asked for. `GRPC_ADDR`, default 127.0.0.1:50051.
    pub grpc_addr: SocketAddr,
    /// What each of its listeners allows. `MAX_CONNECTIONS`, `SHUTDOWN_NOTICE_MS`.
    pub limits: Limits,
    /// Where the stock database is. `DATABASE_URL`, required: `sqlite:<path>` or
    /// `postgres://<user>:<password>@<host>:<port>/<database>`.
    pub database: Url,
    /// Whether a call may ask for a fault. `DEMO_FAULTS`, `on` or `off`, default off.
    pub faults: Faults,
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
            limits: Limits::read(env)?,
            database: Url::read(env, "sqlite:inventory.db")?,
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
        let settings = settings(&[("DATABASE_URL", "sqlite:inventory.db")]).unwrap();
        assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8082");
        assert_eq!(settings.database, Url::Sqlite("inventory.db".into()));
        assert_eq!(settings.grpc_addr.to_string(), "127.0.0.1:50051");
        assert_eq!(settings.faults, Faults::new(false));
    }

    #[test]
    fn a_missing_database_is_refused_with_an_example() {
        let error = settings(&[]).unwrap_err();
        assert!(
            error.contains("DATABASE_URL") && error.contains("sqlite:inventory.db"),
            "{error}"
        );
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        let database = ("DATABASE_URL", "sqlite:inventory.db");
        for bad in [
            ("HTTP_ADDR", "8082"),
            ("GRPC_ADDR", "localhost"),
            ("DEMO_FAULTS", "yes"),
        ] {
            let error = settings(&[database, bad]).unwrap_err();
            assert!(error.contains(bad.0) && error.contains(bad.1), "{error}");
        }
    }
}
