//! Does a service read the variables that were set for it? Asked before anything is started.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;

use serving::{Application, Environment, InvalidSetting};
use shared_telemetry::config::Settings as TelemetrySettings;

use crate::config::{ServiceName, Setting, Surroundings};

/// Variables that the telemetry library reads beyond what it tells, or only when others are set.
const OF_THE_STANDARD: [&str; 6] = [
    "OTEL_EXPORTER_OTLP_",
    "OTEL_BSP_",
    "OTEL_BLRP_",
    "OTEL_SPAN_",
    "OTEL_METRIC",
    "OTEL_TRACES_SAMPLER",
];

/// Reads the settings of `service` as it would itself, from what the demo will start it with, and
/// looks what it asks for. A value that it can't use is its own to name, when it starts.
///
/// # Errors
/// A sentence about the first variable that was set for this service, which does not read it.
pub(crate) fn check(
    service: ServiceName,
    environment: &[(String, OsString)],
    set: &[Setting],
    surroundings: &Surroundings,
) -> Result<(), String> {
    let given = environment
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str()?)));
    // Later ones win, as for the process itself.
    let environment = Environment::from_pairs(surroundings.pairs().chain(given));
    let name = service.as_str();
    if read(service, &environment).is_err() {
        return Ok(());
    }
    let known = known(&environment);
    let unknown = set
        .iter()
        .filter(|setting| setting.service == service)
        .map(|setting| setting.variable.as_str())
        .find(|variable| !known.contains(*variable) && !of_the_standard(variable));
    match unknown {
        None => Ok(()),
        Some(variable) => Err(stranger(name, variable, &known)),
    }
}

fn read(service: ServiceName, environment: &Environment) -> Result<(), InvalidSetting> {
    match service {
        ServiceName::Gateway => gateway::App::settings(environment).map(drop),
        ServiceName::Fulfillment => fulfillment::App::settings(environment).map(drop),
        ServiceName::Pricing => pricing::App::settings(environment).map(drop),
        ServiceName::Inventory => inventory::App::settings(environment).map(drop),
    }
}

/// What the service has asked for, and what its telemetry will ask for.
fn known(environment: &Environment) -> BTreeSet<String> {
    let asked = RefCell::new(environment.asked());
    let _ = TelemetrySettings::from_lookup(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        environment.get(name).map(str::to_owned)
    });
    asked.into_inner()
}

fn of_the_standard(variable: &str) -> bool {
    let mut prefixes = OF_THE_STANDARD.iter();
    prefixes.any(|prefix| variable.starts_with(prefix))
}

fn stranger(service: &str, variable: &str, known: &BTreeSet<String>) -> String {
    let nearest = known
        .iter()
        .min_by_key(|name| distance(name, variable))
        .map_or("", String::as_str);
    let own: Vec<_> = known
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with("OTEL_"))
        .collect();
    format!(
        "{service} does not read {variable}, as it is set up; the nearest name is {nearest}. \
         It reads {} and OTEL_*",
        own.join(", ")
    )
}

/// How many letters must be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for column in 0..other.len() {
            let changed = corner + usize::from(letter != other[column]);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pricing(set: &str) -> Result<(), String> {
        let setting: Setting = format!("pricing.{set}").parse().unwrap();
        let environment = [
            ("DATABASE_URL".to_owned(), "sqlite:p.db".into()),
            (setting.variable.clone(), setting.value.clone().into()),
        ];
        let set = [setting];
        check(
            ServiceName::Pricing,
            &environment,
            &set,
            &Surroundings::default(),
        )
    }

    #[test]
    fn what_a_service_or_its_telemetry_reads_may_be_set() {
        for set in [
            "QUOTE_CACHE_TTL_MS=0",
            "MAX_CONNECTIONS=7",
            "OTEL_PROPAGATORS=none",
            "PROPAGATORS_INJECT=b3",
            "OTEL_TRACES_SAMPLER_ARG=0.5",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:1",
            "RUST_LOG=debug",
        ] {
            assert_eq!(pricing(set), Ok(()), "{set}");
        }
    }

    #[test]
    fn a_name_that_nobody_reads_is_refused_with_the_nearest_one_and_all_others() {
        let error = pricing("QUOTE_CACHE_TTL=0").unwrap_err();
        assert!(
            error.starts_with("pricing does not read QUOTE_CACHE_TTL"),
            "{error}"
        );
        assert!(
            error.contains("nearest name is QUOTE_CACHE_TTL_MS"),
            "{error}"
        );
        assert!(error.contains("DATABASE_URL, "), "{error}");
        let error = pricing("OTEL_PROPAGATOR=none").unwrap_err();
        assert!(
            error.contains("nearest name is OTEL_PROPAGATORS"),
            "{error}"
        );
    }
}
