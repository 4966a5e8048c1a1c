//! How much and how long: the limits of one listener.

use std::time::Duration;

use crate::{Environment, InvalidSetting};

/// What one listener allows its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at the same time. `MAX_CONNECTIONS`, default 512: below the 1024 file
    /// handles that many systems give a process, databases and clients included.
    pub connections: usize,
    /// From the first byte of a request, or from the accept, to the end of its head. A head is a
    /// packet or two; nobody honest needs ten seconds.
    pub head: Duration,
    /// From the head to the end of the body. Bodies are small here.
    pub body: Duration,
    /// From the answer's head to its last byte in the hands of the system.
    pub answer: Duration,
    /// Between an answer and the next request. Longer than the 60 seconds of load balancers and
    /// the 90 of client libraries: whoever closes first should be the side that sends, or requests
    /// get lost that were just under way.
    pub idle: Duration,
    /// How long a process that was asked to stop still accepts, while `/readyz` says 503.
    /// `SHUTDOWN_NOTICE_MS`, default 0; behind a load balancer as long as it takes to notice.
    pub notice: Duration,
    /// How long requests in flight may take once nobody is accepted any more.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(100),
            notice: Duration::ZERO,
            drain: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// The defaults, with what an operator has set.
    ///
    /// # Errors
    /// Names the variable that can't be used.
    pub fn read(environment: &Environment) -> Result<Self, InvalidSetting> {
        const CONNECTIONS: &str = "MAX_CONNECTIONS";
        const NOTICE: &str = "SHUTDOWN_NOTICE_MS";
        let defaults = Self::default();
        let accepted = "a whole number from 1";
        let connections = environment.optional(CONNECTIONS, defaults.connections, accepted)?;
        if connections == 0 {
            return Err(InvalidSetting::new(CONNECTIONS, Some("0"), accepted));
        }
        let accepted = "a whole number of milliseconds, 60000 at most";
        let notice: u64 = environment.optional(NOTICE, 0, accepted)?;
        if notice > 60_000 {
            let notice = notice.to_string();
            return Err(InvalidSetting::new(NOTICE, Some(&notice), accepted));
        }
        Ok(Self {
            connections,
            notice: Duration::from_millis(notice),
            ..defaults
        })
    }

    /// How often connections are looked at: often enough that a limit is kept within a tenth.
    pub(super) fn look_every(&self) -> Duration {
        let shortest = self.head.min(self.answer).min(self.idle);
        (shortest / 10).clamp(Duration::from_millis(1), Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Limits, String> {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Limits::read(&environment).map_err(|error| error.to_string())
    }

    #[test]
    fn an_operator_sets_connections_and_notice() {
        let limits = read(&[("MAX_CONNECTIONS", "9"), ("SHUTDOWN_NOTICE_MS", "5000")]).unwrap();
        assert_eq!(limits.connections, 9);
        assert_eq!(limits.notice, Duration::from_secs(5));
        assert_eq!(read(&[]).unwrap(), Limits::default());
    }

    #[test]
    fn a_listener_without_connections_is_refused_by_name() {
        for bad in ["0", "-1", "many"] {
            let error = read(&[("MAX_CONNECTIONS", bad)]).unwrap_err();
            assert!(
                error.starts_with(&format!("MAX_CONNECTIONS is {bad:?}")),
                "{error}"
            );
        }
        let error = read(&[("SHUTDOWN_NOTICE_MS", "60001")]).unwrap_err();
        assert!(error.contains("60000 at most"), "{error}");
    }
}
