//! The settings of fulfillment: the only place that reads them from the environment.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use contracts::Faults;
use database::Url;
use http::Uri;
use serving::listen::Limits;
use serving::{Environment, InvalidSetting};
use shared_telemetry::kafka::Relation;

/// What fulfillment must know to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where orders and lag are asked for. `HTTP_ADDR`, default 127.0.0.1:8083.
    pub http_addr: SocketAddr,
    /// What its listener allows. `MAX_CONNECTIONS`, `SHUTDOWN_NOTICE_MS`.
    pub limits: Limits,
    /// Comma-separated. `KAFKA_BROKERS`, default 127.0.0.1:9092.
    pub kafka_brokers: String,
    /// Where the order database is. `DATABASE_URL`, required, `sqlite:<path>` or
    /// `postgres://<user>:<password>@<host>:<port>/<database>`.
    pub database: Url,
    /// Where stock is reserved. `INVENTORY_GRPC_URL`, default `http://127.0.0.1:50051`.
    pub inventory_grpc_url: Uri,
    /// How process spans relate to the gateway's. `MESSAGING_RELATION`, `link` (default) or
    /// `parent`.
    pub messaging_relation: Relation,
    /// A batch is full with so many messages. `BATCH_MAX_MESSAGES`, default 50.
    pub batch_max_messages: usize,
    /// A batch waits so long for more. `BATCH_MAX_WAIT_MS`, default 50.
    pub batch_max_wait: Duration,
    /// How long a broker may hold back an empty answer. `KAFKA_FETCH_MAX_WAIT_MS`, default 500.
    pub fetch_max_wait: Duration,
    /// After so long without a sign of life the group takes this process for dead and gives its
    /// partitions to others. `KAFKA_SESSION_TIMEOUT_MS`, default 6000, the least that a broker
    /// allows unless it is told otherwise.
    pub session_timeout: Duration,
    /// The name of this process in its group, which no other may have at the same time: started
    /// again within the session time-out it has its partitions back at once. In exchange a
    /// process that stops for good keeps them for as long. `GROUP_INSTANCE_ID`, default none.
    pub group_instance_id: Option<String>,
    /// How long inventory may take for one try. `RESERVE_DEADLINE_MS`, default 5000.
    pub reserve_deadline: Duration,
    /// Whether requests may ask for faults. `DEMO_FAULTS`, `on` or `off` (default).
    pub faults: Faults,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// The first one that is missing or wrong, by name, with what is accepted.
    pub fn read(env: &Environment) -> Result<Self, InvalidSetting> {
        let http = SocketAddr::from((Ipv4Addr::LOCALHOST, 8083));
        // A span keeps 128 links: with more messages some would be linked to nothing.
        let max_messages = number(env, "BATCH_MAX_MESSAGES", 50, 1..=128)?;
        let max_wait = number(env, "BATCH_MAX_WAIT_MS", 50, 0..=10_000)?;
        let fetch_wait = number(env, "KAFKA_FETCH_MAX_WAIT_MS", 500, 1..=30_000)?;
        let session = number(env, "KAFKA_SESSION_TIMEOUT_MS", 6000, 1000..=60_000)?;
        let deadline = number(env, "RESERVE_DEADLINE_MS", 5000, 1..=60_000)?;
        Ok(Self {
            http_addr: env.optional("HTTP_ADDR", http, "an address such as 127.0.0.1:8083")?,
            limits: Limits::read(env)?,
            kafka_brokers: env.servers("KAFKA_BROKERS", "127.0.0.1:9092")?,
            database: Url::read(env, "sqlite:fulfillment.db")?,
            inventory_grpc_url: inventory_grpc_url(env)?,
            messaging_relation: env.optional(
                "MESSAGING_RELATION",
                Relation::Link,
                "link or parent",
            )?,
            batch_max_messages: usize::from(max_messages),
            batch_max_wait: Duration::from_millis(max_wait.into()),
            fetch_max_wait: Duration::from_millis(fetch_wait.into()),
            session_timeout: Duration::from_millis(session.into()),
            group_instance_id: group_instance_id(env)?,
            reserve_deadline: Duration::from_millis(deadline.into()),
            faults: Faults::new(env.switch("DEMO_FAULTS")?),
        })
    }
}

fn number(
    env: &Environment,
    name: &'static str,
    default: u16,
    accepted: RangeInclusive<u16>,
) -> Result<u16, InvalidSetting> {
    let phrase = format!(
        "a whole number from {} to {}",
        accepted.start(),
        accepted.end()
    );
    let number = env.optional(name, default, &phrase)?;
    if accepted.contains(&number) {
        return Ok(number);
    }
    Err(InvalidSetting::new(
        name,
        Some(&number.to_string()),
        &phrase,
    ))
}

fn group_instance_id(env: &Environment) -> Result<Option<String>, InvalidSetting> {
    const NAME: &str = "GROUP_INSTANCE_ID";
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match env.get(NAME) {
        Some(id) if id.len() > 249 || !id.bytes().all(allowed) => {
            let accepted = "1 to 249 letters, digits, '-', '_' or '.'";
            Err(InvalidSetting::new(NAME, Some(id), accepted))
        }
        id => Ok(id.map(str::to_owned)),
    }
}

fn inventory_grpc_url(env: &Environment) -> Result<Uri, InvalidSetting> {
    const NAME: &str = "INVENTORY_GRPC_URL";
    const ACCEPTED: &str = "the URL of a gRPC server, such as http://127.0.0.1:50051";
    let text = env.get(NAME).unwrap_or("http://127.0.0.1:50051");
    // Before an @ may stand a password: it is never shown.
    let shown = if text.contains('@') { "…@…" } else { text };
    let plain = |url: &Uri| {
        let authority = url
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
        url.scheme_str() == Some("http") && authority && url.path() == "/" && url.query().is_none()
    };
    let url = text.parse().ok().filter(plain);
    url.ok_or_else(|| InvalidSetting::new(NAME, Some(shown), ACCEPTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&'static str, &str)]) -> Result<Settings, String> {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Settings::read(&environment).map_err(|error| error.to_string())
    }

    #[test]
    fn a_database_is_all_that_must_be_set() {
        let settings = settings(&[("DATABASE_URL", "sqlite:fulfillment.db")]).unwrap();
        assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8083");
        assert_eq!(settings.kafka_brokers, "127.0.0.1:9092");
        assert_eq!(settings.database, Url::Sqlite("fulfillment.db".into()));
        assert_eq!(settings.inventory_grpc_url, "http://127.0.0.1:50051/");
        assert_eq!(settings.messaging_relation, Relation::Link);
        assert_eq!(settings.batch_max_messages, 50);
        assert_eq!(settings.batch_max_wait, Duration::from_millis(50));
        assert_eq!(settings.session_timeout, Duration::from_secs(6));
        assert_eq!(settings.group_instance_id, None);
        assert_eq!(settings.reserve_deadline, Duration::from_secs(5));
        assert_eq!(settings.faults, Faults::new(false));
    }

    #[test]
    fn a_bad_value_is_named_shown_and_told_what_is_accepted() {
        let database = ("DATABASE_URL", "sqlite:fulfillment.db");
        for (name, value, accepted) in [
            ("HTTP_ADDR", "8083", "an address such as"),
            ("KAFKA_BROKERS", "kafka", "host:port"),
            (
                "INVENTORY_GRPC_URL",
                "inventory:50051",
                "http://127.0.0.1:50051",
            ),
            (
                "INVENTORY_GRPC_URL",
                "https://inventory",
                "http://127.0.0.1:50051",
            ),
            ("MESSAGING_RELATION", "child", "link or parent"),
            ("BATCH_MAX_MESSAGES", "0", "from 1 to 128"),
            ("BATCH_MAX_MESSAGES", "129", "from 1 to 128"),
            ("BATCH_MAX_WAIT_MS", "-1", "from 0 to 10000"),
            ("RESERVE_DEADLINE_MS", "0", "from 1 to 60000"),
            ("KAFKA_SESSION_TIMEOUT_MS", "999", "from 1000 to 60000"),
            ("GROUP_INSTANCE_ID", "my id", "letters, digits"),
            ("DEMO_FAULTS", "yes", "on or off"),
        ] {
            let error = settings(&[database, (name, value)]).unwrap_err();
            assert!(
                [name, value, accepted]
                    .iter()
                    .all(|part| error.contains(part)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_missing_database_is_refused_with_an_example() {
        let error = settings(&[]).unwrap_err();
        assert!(
            error.contains("DATABASE_URL") && error.contains("sqlite:fulfillment.db"),
            "{error}"
        );
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_never_shown() {
        for (name, value) in [
            ("DATABASE_URL", "mysql://shop:hunter2@db/fulfillment"),
            ("INVENTORY_GRPC_URL", "http://shop:hunter2@inventory:50051"),
        ] {
            let error = settings(&[("DATABASE_URL", "sqlite:a.db"), (name, value)]).unwrap_err();
            assert!(
                error.contains(name) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
