//! The propagation formats by their standard names.

use std::str::FromStr;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::propagation::BaggagePropagator;

use super::TraceContext;

/// A propagation format, as named in `OTEL_PROPAGATORS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `tracecontext`: W3C `traceparent` and `tracestate`.
    TraceContext,
    /// `baggage`: W3C `baggage`.
    Baggage,
}

impl Format {
    /// The specification's default list.
    pub const DEFAULT: [Self; 2] = [Self::TraceContext, Self::Baggage];

    /// What [`Format::from_str`] accepts, for messages.
    pub const ACCEPTED: &str = "tracecontext, baggage, none";

    pub(super) fn propagator(self) -> Box<dyn TextMapPropagator + Send + Sync> {
        match self {
            Self::TraceContext => Box::new(TraceContext),
            Self::Baggage => Box::new(BaggagePropagator::new()),
        }
    }

    /// Reads a comma-separated list. Duplicates are removed; `none` stands for the empty list.
    ///
    /// # Errors
    /// Names the first entry that is no known format.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, UnknownFormat> {
        let mut formats = Vec::new();
        let names = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        for name in names.filter(|name| !name.eq_ignore_ascii_case("none")) {
            let format = name.parse()?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(formats)
    }
}

/// A name that is no propagation format.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no propagation format: expected {accepted}", accepted = Format::ACCEPTED)]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "tracecontext" => Ok(Self::TraceContext),
            "baggage" => Ok(Self::Baggage),
            _ => Err(UnknownFormat(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_order_without_duplicates() {
        let formats = Format::parse_list(" baggage, TraceContext ,baggage,").unwrap();
        assert_eq!(formats, [Format::Baggage, Format::TraceContext]);
    }

    #[test]
    fn none_is_the_empty_list() {
        assert_eq!(Format::parse_list("none").unwrap(), []);
    }

    #[test]
    fn an_unknown_name_is_told_with_what_is_accepted() {
        assert_eq!(
            Format::parse_list("tracecontext,xray")
                .unwrap_err()
                .to_string(),
            "\"xray\" is no propagation format: expected tracecontext, baggage, none"
        );
    }
}
