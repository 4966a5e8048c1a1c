//! Arguments and environment of the demo.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// `demo`: see [`DemoOptions`].
#[derive(Debug, Parser)]
#[command(
    name = "demo",
    about = "The whole shop on this machine: gateway, pricing, fulfillment, inventory, a Kafka \
             broker, databases and the trace viewer. Ctrl-C stops everything.",
    after_help = "Examples:\n  \
        cargo run\n  \
        cargo run -- --set pricing.OTEL_PROPAGATORS=none      break propagation on one hop\n  \
        cargo run -- --set fulfillment.MESSAGING_RELATION=parent\n  \
        cargo run -- --faults      and ask for one: curl -H 'baggage: demo.fault=pricing.slow' …\n  \
        OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 cargo run      export elsewhere\n\n\
        Signals to the demo, whose process id it tells:\n  \
        kill -USR1 <id>      takes the Kafka broker away\n  \
        kill -USR2 <id>      brings it back, with all that is in it"
)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
}

/// How the demo runs.
#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Sets a variable for one service, as often as you like
    #[arg(long = "set", value_name = "SERVICE.VARIABLE=VALUE")]
    pub(crate) set: Vec<Setting>,

    /// Lets requests ask for faults: DEMO_FAULTS=on for every service
    #[arg(long)]
    pub(crate) faults: bool,

    /// Takes free ports everywhere instead of the usual ones
    #[arg(long)]
    pub(crate) free_ports: bool,
}

impl DemoOptions {
    /// What the user has set for a service, in the order of the command line.
    pub(crate) fn variables_of(&self, service: ServiceName) -> Vec<(String, OsString)> {
        let faults = self.faults.then(|| ("DEMO_FAULTS".to_owned(), "on".into()));
        let set = self.set.iter().filter(|set| set.service == service);
        faults
            .into_iter()
            .chain(set.map(|set| (set.variable.clone(), set.value.clone().into())))
            .collect()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs one service in this process (what the demo starts for each of them)
    #[command(hide = true)]
    Service { name: ServiceName },
}

/// The services in the order in which they are stopped: callers before callees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ServiceName {
    Gateway,
    Fulfillment,
    Pricing,
    Inventory,
}

impl ServiceName {
    pub(crate) const ALL: [Self; 4] = [
        Self::Gateway,
        Self::Fulfillment,
        Self::Pricing,
        Self::Inventory,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Fulfillment => "fulfillment",
            Self::Pricing => "pricing",
            Self::Inventory => "inventory",
        }
    }
}

/// One `SERVICE.VARIABLE=VALUE`.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) service: ServiceName,
    pub(crate) variable: String,
    pub(crate) value: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected SERVICE.VARIABLE=VALUE, for example pricing.OTEL_PROPAGATORS=none";
        let (target, value) = text.split_once('=').ok_or(expected)?;
        let (service, variable) = target.split_once('.').ok_or(expected)?;
        let service = ServiceName::from_str(service, true)
            .map_err(|_| "the services are gateway, pricing, fulfillment, inventory")?;
        if variable.is_empty() {
            return Err(expected.to_owned());
        }
        Ok(Self {
            service,
            variable: variable.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// What the demo takes from its own environment; children inherit all of it anyway.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Somebody else receives the telemetry: the viewer steps aside.
    pub(crate) exports_elsewhere: bool,
    variables: BTreeMap<String, String>,
}

impl Surroundings {
    #[allow(clippy::disallowed_methods)] // This is the demo's reader of the environment.
    pub(crate) fn read() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables: BTreeMap<_, _> = std::env::vars_os().filter_map(utf8).collect();
        let given = |name: &str| {
            variables
                .get(name)
                .is_some_and(|value| !value.trim().is_empty())
        };
        Self {
            exports_elsewhere: given("OTEL_EXPORTER_OTLP_ENDPOINT")
                || given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            variables,
        }
    }

    /// All variables whose names and values are text.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.variables.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// True when the user has set this variable, so that the demo must not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_service_variable_and_value() {
        let setting: Setting = "pricing.OTEL_PROPAGATORS=tracecontext,baggage"
            .parse()
            .unwrap();
        assert_eq!(setting.service, ServiceName::Pricing);
        assert_eq!(setting.variable, "OTEL_PROPAGATORS");
        assert_eq!(setting.value, "tracecontext,baggage");
    }

    #[test]
    fn an_unknown_service_is_refused_with_the_known_ones() {
        let error = "billing.A=1".parse::<Setting>().unwrap_err();
        assert_eq!(
            error,
            "the services are gateway, pricing, fulfillment, inventory"
        );
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in ["", "pricing", "pricing.=1", "A=1"] {
            assert!(text.parse::<Setting>().is_err(), "{text:?} was accepted");
        }
    }
}
