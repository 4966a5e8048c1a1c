//! Typed reading of variables, collecting a warning for each value that makes no sense.

use std::fmt::Display;
use std::io::IsTerminal as _;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tracing_subscriber::filter::Targets;

use super::{LogFormat, OldNames};
use crate::propagation::Format;

/// Gives the value of a variable, as `std::env::var(name).ok()` does.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

pub(super) struct Reader<'a> {
    lookup: Lookup<'a>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: Lookup<'a>) -> Self {
        Self {
            lookup,
            warnings: Vec::new(),
        }
    }

    pub(super) fn warn(&mut self, name: &str, value: &str, accepted: impl Display) {
        let warning = format!("{name} is {value:?}: expected {accepted}; using the default");
        // A variable that several settings read is told once.
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The trimmed value; an empty one is an unset one.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Only `true`, in any case, is true; by the specification everything else is false.
    pub(super) fn boolean(&mut self, name: &str) -> bool {
        let Some(value) = self.text(name) else {
            return false;
        };
        let truth = value.eq_ignore_ascii_case("true");
        if !truth && !value.eq_ignore_ascii_case("false") {
            self.warn(name, &value, "true or false");
        }
        truth
    }

    pub(super) fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.text(name)?;
        let number = value.parse().ok();
        if number.is_none() {
            self.warn(name, &value, "a whole number from 0");
        }
        number
    }

    /// A number of milliseconds, at least one.
    pub(super) fn milliseconds(&mut self, name: &str, default: u64) -> Duration {
        Duration::from_millis(match self.number(name) {
            Some(0) => {
                self.warn(name, "0", "a whole number from 1");
                default
            }
            number => number.unwrap_or(default),
        })
    }

    pub(super) fn between_1_and(&mut self, name: &str, most: usize, default: usize) -> usize {
        let Some(value) = self.text(name) else {
            return default;
        };
        match value.parse() {
            Ok(number) if (1..=most).contains(&number) => number,
            _ => {
                self.warn(
                    name,
                    &value,
                    format_args!("a whole number from 1 to {most}"),
                );
                default
            }
        }
    }

    /// A share from 0 to 1; 1 when it is missing or makes no sense.
    pub(super) fn ratio(&mut self, name: &str) -> f64 {
        let Some(value) = self.text(name) else {
            return 1.0;
        };
        match value.parse::<f64>() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.warn(name, &value, "a number from 0 to 1");
                1.0
            }
        }
    }

    pub(super) fn formats(&mut self, name: &str, default: &[Format]) -> Vec<Format> {
        let Some(value) = self.text(name) else {
            return default.to_vec();
        };
        Format::parse_list(&value).unwrap_or_else(|_unknown| {
            self.warn(name, &value, format_args!("a list of {}", Format::ACCEPTED));
            default.to_vec()
        })
    }

    /// The words that make sense count; the others may be for another library of the process.
    pub(super) fn old_names(&mut self, name: &str) -> OldNames {
        let list = self.text(name).unwrap_or_default();
        let (chosen, strange) = OldNames::parse(&list);
        for word in strange {
            self.warnings.push(format!(
                "{name} has {word:?}: known here are {}; the word does nothing here",
                OldNames::ACCEPTED
            ));
        }
        chosen
    }

    /// `key=value,key=value` with percent-decoded values. One bad pair makes the whole variable
    /// bad: by the specification it is then ignored, rather than half believed.
    pub(super) fn pairs(&mut self, name: &str) -> Vec<(String, String)> {
        let Some(value) = self.text(name) else {
            return Vec::new();
        };
        let pairs: Option<Vec<_>> = value
            .split(',')
            .filter(|pair| !pair.trim().is_empty())
            .map(pair)
            .collect();
        pairs.unwrap_or_else(|| {
            self.warn(
                name,
                &value,
                "key=value pairs between commas, values percent-encoded",
            );
            Vec::new()
        })
    }

    /// `on` or `off`.
    pub(super) fn switch(&mut self, name: &str, default: bool) -> bool {
        match self.text(name) {
            None => default,
            Some(value) if value.eq_ignore_ascii_case("on") => true,
            Some(value) if value.eq_ignore_ascii_case("off") => false,
            Some(value) => {
                self.warn(name, &value, "on or off");
                default
            }
        }
    }

    /// True for `otlp`, the default; false for `none`.
    pub(super) fn exporter(&mut self, name: &str) -> bool {
        match self.text(name) {
            None => true,
            Some(value) if value.eq_ignore_ascii_case("otlp") => true,
            Some(value) if value.eq_ignore_ascii_case("none") => false,
            Some(value) => {
                self.warn(name, &value, "otlp or none");
                true
            }
        }
    }

    /// A level, or levels of targets, as `RUST_LOG` is written; `info` by default.
    pub(super) fn filter(&mut self, name: &str) -> String {
        let default = || "info".to_owned();
        let Some(value) = self.text(name) else {
            return default();
        };
        if value.parse::<Targets>().is_err() {
            self.warn(
                name,
                &value,
                "a level, or target=level pairs between commas",
            );
            return default();
        }
        value
    }

    pub(super) fn log_format(&mut self, name: &str) -> LogFormat {
        let by_output = if std::io::stdout().is_terminal() {
            LogFormat::Pretty
        } else {
            LogFormat::Json
        };
        match self.text(name) {
            None => by_output,
            Some(value) if value.eq_ignore_ascii_case("json") => LogFormat::Json,
            Some(value) if value.eq_ignore_ascii_case("pretty") => LogFormat::Pretty,
            Some(value) => {
                self.warn(name, &value, "json or pretty");
                by_output
            }
        }
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    let key = key.trim();
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    (!key.is_empty()).then(|| (key.to_owned(), value.into_owned()))
}
