//! The settings of the gateway: the only place that reads them from the environment.

mod edge;
mod storefront;

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use contracts::Faults;
use reqwest::Url;
use serving::listen::Limits;
use serving::{Environment, InvalidSetting};
use shared_telemetry::http::Trust;

pub use storefront::{TraceUrl, ViewerUrl};

/// What the gateway must know to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens. `HTTP_ADDR`, default 127.0.0.1:8080.
    pub http_addr: SocketAddr,
    /// What its listener allows. `MAX_CONNECTIONS`, `SHUTDOWN_NOTICE_MS`.
    pub limits: Limits,
    /// `PRICING_URL`, default `http://127.0.0.1:8081`.
    pub pricing_url: Url,
    /// Who scores orders. `FRAUD_URL`, no default: without it the gateway does so itself.
    pub fraud_url: Option<Url>,
    /// How long an order waits for its score from there. `FRAUD_TIMEOUT_MS`, default 300.
    pub fraud_timeout: Duration,
    /// `INVENTORY_URL`, default `http://127.0.0.1:8082`.
    pub inventory_url: Url,
    /// `FULFILLMENT_URL`, default `http://127.0.0.1:8083`.
    pub fulfillment_url: Url,
    /// Comma-separated. `KAFKA_BROKERS`, default 127.0.0.1:9092.
    pub kafka_brokers: String,
    /// How long the broker may take to acknowledge an order. `KAFKA_DELIVERY_TIMEOUT_MS`,
    /// default 5000.
    pub kafka_delivery_timeout: Duration,
    /// Where checkouts are remembered. `DATABASE_URL`, required, `sqlite:<path>`.
    pub database: database::Url,
    /// How long a checkout waits for another one under the same `Idempotency-Key`.
    /// `IDEMPOTENCY_WAIT_MS`, default 5000.
    pub idempotency_wait: Duration,
    /// Where a trace can be seen, such as `http://127.0.0.1:16686/trace/{trace_id}`.
    /// `TRACE_URL`; unset, that of the viewer; without one, nobody is told.
    pub trace_url: Option<TraceUrl>,
    /// The trace viewer, which the storefront reads too. `VIEWER_URL`, no default.
    pub viewer_url: Option<ViewerUrl>,
    /// Whether spans of browsers are taken and passed on. `BROWSER_SPANS`, `off` (default) or
    /// `on`; with `EDGE_TRUST=restart` it stays off.
    pub browser_spans: bool,
    /// Whether requests may ask for faults. `DEMO_FAULTS`, `off` (default) or `on`.
    pub faults: Faults,
    /// Whose trace context is taken over. `EDGE_TRUST`, `restart` (default), `trust` or
    /// `trust_if`.
    pub edge_trust: Trust,
    /// How many requests a second a believed caller may have recorded by `x-trace-debug: 1`.
    /// `EDGE_DEBUG_PER_SECOND`, default 1; 0 is none.
    pub edge_debug_per_second: u32,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong, by name, with what is accepted.
    pub fn read(env: &Environment) -> Result<Self, InvalidSetting> {
        let http = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let viewer_url = storefront::viewer_url(env)?;
        Ok(Self {
            http_addr: env.optional("HTTP_ADDR", http, "an address such as 127.0.0.1:8080")?,
            limits: Limits::read(env)?,
            pricing_url: url(env, "PRICING_URL", "http://127.0.0.1:8081")?,
            fraud_url: optional_url(env, "FRAUD_URL")?,
            fraud_timeout: milliseconds(env, "FRAUD_TIMEOUT_MS", 300, 1..=3000)?,
            inventory_url: url(env, "INVENTORY_URL", "http://127.0.0.1:8082")?,
            fulfillment_url: url(env, "FULFILLMENT_URL", "http://127.0.0.1:8083")?,
            kafka_brokers: env.servers("KAFKA_BROKERS", "127.0.0.1:9092")?,
            // To librdkafka 0 would be forever.
            kafka_delivery_timeout: milliseconds(
                env,
                "KAFKA_DELIVERY_TIMEOUT_MS",
                5000,
                10..=60_000,
            )?,
            database: database::Url::read(env, "sqlite:gateway.db")?,
            // A request may take 30 seconds in all.
            idempotency_wait: milliseconds(env, "IDEMPOTENCY_WAIT_MS", 5000, 0..=20_000)?,
            trace_url: storefront::trace_url(env, viewer_url.as_ref())?,
            viewer_url,
            browser_spans: env.switch("BROWSER_SPANS")?,
            faults: Faults::new(env.switch("DEMO_FAULTS")?),
            edge_trust: edge::trust(env)?,
            edge_debug_per_second: env.optional(
                "EDGE_DEBUG_PER_SECOND",
                1,
                "a whole number of requests",
            )?,
        })
    }
}

fn url(
    env: &Environment,
    name: &'static str,
    default: &'static str,
) -> Result<Url, InvalidSetting> {
    base_url(name, env.get(name).unwrap_or(default))
}

fn optional_url(env: &Environment, name: &'static str) -> Result<Option<Url>, InvalidSetting> {
    let text = env.get(name);
    text.map(|text| base_url(name, text)).transpose()
}

fn base_url(name: &'static str, text: &str) -> Result<Url, InvalidSetting> {
    const ACCEPTED: &str = "the base URL of a service, such as http://127.0.0.1:8081, without \
                            user, query or fragment";
    let plain = |url: &Url| {
        url.scheme() == "http"
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(text) {
        Ok(url) if plain(&url) => Ok(url),
        // Before an @ may stand a password: it is never shown.
        _ if text.contains('@') => Err(InvalidSetting::new(name, Some("…@…"), ACCEPTED)),
        _ => Err(InvalidSetting::new(name, Some(text), ACCEPTED)),
    }
}

fn milliseconds(
    env: &Environment,
    name: &'static str,
    default: u64,
    accepted: RangeInclusive<u64>,
) -> Result<Duration, InvalidSetting> {
    let (least, most) = (accepted.start(), accepted.end());
    let phrase = format!("a whole number of milliseconds from {least} to {most}");
    match env.optional(name, default, &phrase)? {
        milliseconds if accepted.contains(&milliseconds) => Ok(Duration::from_millis(milliseconds)),
        other => Err(InvalidSetting::new(name, Some(&other.to_string()), &phrase)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&'static str, &str)]) -> Result<Settings, String> {
        let database = [("DATABASE_URL", "sqlite:gateway.db")];
        let environment =
            Environment::from_pairs(database.into_iter().chain(pairs.iter().copied()));
        Settings::read(&environment).map_err(|error| error.to_string())
    }

    #[test]
    fn a_database_is_all_that_must_be_set() {
        let settings = settings(&[]).unwrap();
        assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.pricing_url.as_str(), "http://127.0.0.1:8081/");
        assert_eq!(settings.fraud_url, None);
        assert_eq!(settings.fraud_timeout, Duration::from_millis(300));
        assert_eq!(settings.inventory_url.as_str(), "http://127.0.0.1:8082/");
        assert_eq!(settings.fulfillment_url.as_str(), "http://127.0.0.1:8083/");
        assert_eq!(settings.kafka_brokers, "127.0.0.1:9092");
        assert_eq!(settings.kafka_delivery_timeout, Duration::from_secs(5));
        assert_eq!(
            settings.database,
            database::Url::Sqlite("gateway.db".into())
        );
        assert_eq!(settings.idempotency_wait, Duration::from_secs(5));
        assert_eq!(settings.trace_url, None);
        assert_eq!(settings.viewer_url, None);
        assert!(!settings.browser_spans);
        assert_eq!(settings.faults, Faults::new(false));
        let missing = Settings::read(&Environment::default()).unwrap_err();
        assert!(missing.to_string().contains("DATABASE_URL"), "{missing}");
    }

    #[test]
    fn a_bad_value_is_named_shown_and_told_what_is_accepted() {
        for (name, value, accepted) in [
            ("HTTP_ADDR", "8080", "an address such as"),
            ("PRICING_URL", "pricing:8081", "base URL"),
            ("FRAUD_URL", "fraud:8084", "base URL"),
            ("FRAUD_TIMEOUT_MS", "0", "from 1 to 3000"),
            ("INVENTORY_URL", "ftp://inventory", "base URL"),
            ("FULFILLMENT_URL", "http://fulfillment?a=b", "base URL"),
            ("KAFKA_BROKERS", "kafka", "host:port"),
            ("KAFKA_DELIVERY_TIMEOUT_MS", "0", "from 10 to 60000"),
            ("KAFKA_DELIVERY_TIMEOUT_MS", "soon", "from 10 to 60000"),
            ("DATABASE_URL", "sqlite::memory:", "sqlite:gateway.db"),
            ("IDEMPOTENCY_WAIT_MS", "20001", "from 0 to 20000"),
            ("DEMO_FAULTS", "yes", "on or off"),
            ("TRACE_URL", "http://127.0.0.1:16686/trace/", "{trace_id}"),
            ("VIEWER_URL", "127.0.0.1:16686", "base URL"),
            ("BROWSER_SPANS", "yes", "on or off"),
        ] {
            let error = settings(&[(name, value)]).unwrap_err();
            assert!(
                [name, value, accepted]
                    .iter()
                    .all(|part| error.contains(part)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_never_shown() {
        let error = settings(&[("PRICING_URL", "http://shop:hunter2@pricing")]).unwrap_err();
        assert!(
            error.contains("PRICING_URL") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
