//! Reading a service's environment into types, with errors that name variable, value and what is
//! accepted.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// A setting that can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// The variable is missing and has no default.
    #[error("{name} is not set: expected {accepted}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it may hold, as a phrase.
        accepted: String,
    },
    /// The variable holds something else.
    #[error("{name} is {value:?}: expected {accepted}")]
    Unusable {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold, as a phrase.
        accepted: String,
    },
}

impl InvalidSetting {
    /// The error for a missing (`None`) or unusable value. Do not hand over a value with a
    /// secret in it.
    #[must_use]
    pub fn new(name: &'static str, value: Option<&str>, accepted: &str) -> Self {
        let accepted = accepted.to_owned();
        match value {
            None => Self::Missing { name, accepted },
            Some(value) => Self::Unusable {
                name,
                value: value.to_owned(),
                accepted,
            },
        }
    }
}

/// The environment as it was at the start of the process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Environment {
    /// That of this process.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // This is the services' reader of the environment.
    pub fn process() -> Self {
        // Not `vars()`: it panics at the first variable that is not UTF-8, ours or not.
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            variables: std::env::vars_os().filter_map(utf8).collect(),
            ..Self::default()
        }
    }

    /// One made by hand, for tests and for looking ahead.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            variables: pairs.into_iter().map(own).collect(),
            ..Self::default()
        }
    }

    /// A variable's trimmed value; an empty one counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(name) {
            asked.insert(name.to_owned());
        }
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The names that were asked for so far, set or not: what a service's settings know.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// A variable that must be there. `accepted` is a phrase: `an address such as 0.0.0.0:80`.
    ///
    /// # Errors
    /// When it is missing or does not parse.
    pub fn required<T: FromStr>(
        &self,
        name: &'static str,
        accepted: &str,
    ) -> Result<T, InvalidSetting> {
        let value = self.get(name);
        value
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| InvalidSetting::new(name, value, accepted))
    }

    /// Where servers such as Kafka's brokers are: `host:port`, or several separated by commas.
    ///
    /// # Errors
    /// When it is there and holds something else.
    pub fn servers(&self, name: &'static str, default: &str) -> Result<String, InvalidSetting> {
        let text = self.get(name).unwrap_or(default);
        let is_server = |server: &str| {
            let port = server.rsplit_once(':').filter(|(host, _)| !host.is_empty());
            !server.contains(char::is_whitespace)
                && port.is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        };
        if text.split(',').all(is_server) {
            return Ok(text.to_owned());
        }
        let accepted = "host:port, or several of them separated by commas";
        Err(InvalidSetting::new(name, Some(text), accepted))
    }

    /// `on` or `off`; missing, it is off.
    ///
    /// # Errors
    /// When it is there and is another word.
    pub fn switch(&self, name: &'static str) -> Result<bool, InvalidSetting> {
        match self.get(name) {
            Some("on") => Ok(true),
            Some("off") | None => Ok(false),
            other => Err(InvalidSetting::new(name, other, "on or off")),
        }
    }

    /// A variable that may be missing.
    ///
    /// # Errors
    /// When it is there and does not parse.
    pub fn optional<T: FromStr>(
        &self,
        name: &'static str,
        default: T,
        accepted: &str,
    ) -> Result<T, InvalidSetting> {
        if self.get(name).is_none() {
            Ok(default)
        } else {
            self.required(name, accepted)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_value_is_named_with_what_is_accepted() {
        let environment = Environment::from_pairs([("PORT", "many")]);
        let error = environment
            .required::<u16>("PORT", "a port from 0 to 65535")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "PORT is \"many\": expected a port from 0 to 65535"
        );
    }

    #[test]
    fn a_switch_is_on_only_when_that_is_said_and_is_off_or_on() {
        let read = |pairs: &[(&str, &str)]| {
            let environment = Environment::from_pairs(pairs.iter().copied());
            let switch = environment.switch("BROWSER_SPANS");
            switch.map_err(|error| error.to_string())
        };
        assert_eq!(read(&[]), Ok(false));
        assert_eq!(read(&[("BROWSER_SPANS", "off")]), Ok(false));
        assert_eq!(read(&[("BROWSER_SPANS", "on")]), Ok(true));
        let error = read(&[("BROWSER_SPANS", "yes")]).unwrap_err();
        assert_eq!(error, "BROWSER_SPANS is \"yes\": expected on or off");
    }

    #[test]
    fn servers_are_host_and_port_one_or_several() {
        let servers = |value: &str| {
            let environment = Environment::from_pairs([("BROKERS", value)]);
            environment.servers("BROKERS", "127.0.0.1:9092").ok()
        };
        assert_eq!(servers("").unwrap(), "127.0.0.1:9092");
        assert_eq!(
            servers("kafka-1:9092,[::1]:9093").unwrap(),
            "kafka-1:9092,[::1]:9093"
        );
        for bad in [
            "kafka",
            ":9092",
            "a:9092,,b:9092",
            "a:9092, b:9092",
            "a:port",
        ] {
            assert_eq!(servers(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_asked_for_is_known_afterwards_set_or_not() {
        let environment = Environment::from_pairs([("PORT", "80"), ("OTHER", "1")]);
        environment.required::<u16>("PORT", "a port").unwrap();
        environment
            .optional("HOST", String::new(), "a host")
            .unwrap();
        let asked: Vec<_> = environment.asked().into_iter().collect();
        assert_eq!(asked, ["HOST", "PORT"]);
    }

    #[test]
    fn an_empty_value_is_an_unset_one() {
        let environment = Environment::from_pairs([("PORT", " ")]);
        assert_eq!(environment.optional("PORT", 80_u16, "a port").unwrap(), 80);
        let error = environment.required::<u16>("PORT", "a port").unwrap_err();
        assert_eq!(error.to_string(), "PORT is not set: expected a port");
    }
}
