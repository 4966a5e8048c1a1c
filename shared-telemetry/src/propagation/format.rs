//! The propagation formats by their standard names.

use std::str::FromStr;

use opentelemetry::propagation::TextMapPropagator;

use super::{B3, Baggage, TraceContext};

/// A propagation format, as named in `OTEL_PROPAGATORS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `tracecontext`: W3C `traceparent` and `tracestate`.
    TraceContext,
    /// `baggage`: W3C `baggage`.
    Baggage,
    /// `b3`: reads both encodings of B3 and writes the single header `b3`.
    B3,
    /// `b3multi`: reads both encodings of B3 and writes `X-B3-TraceId` and its companions.
    B3Multi,
}

impl Format {
    /// The specification's default list.
    pub const DEFAULT: [Self; 2] = [Self::TraceContext, Self::Baggage];

    /// What [`Format::from_str`] accepts, for messages.
    pub const ACCEPTED: &str = "tracecontext, baggage, b3, b3multi, none";

    pub(super) fn propagator(self) -> Box<dyn TextMapPropagator + Send + Sync> {
        match self {
            Self::TraceContext => Box::new(TraceContext),
            Self::Baggage => Box::new(Baggage),
            Self::B3 => Box::new(B3::single()),
            Self::B3Multi => Box::new(B3::multiple()),
        }
    }

    /// The order of reading, in which the later one wins: B3, then W3C, whatever the order of a
    /// list is. Both encodings of B3 are one reader.
    pub(super) fn readers(formats: &[Self]) -> Vec<Self> {
        let b3 = [Self::B3, Self::B3Multi]
            .into_iter()
            .find(|encoding| formats.contains(encoding));
        let w3c = [Self::TraceContext, Self::Baggage];
        let w3c = w3c.into_iter().filter(|format| formats.contains(format));
        b3.into_iter().chain(w3c).collect()
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
            "b3" => Ok(Self::B3),
            "b3multi" => Ok(Self::B3Multi),
            _ => Err(UnknownFormat(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_order_without_duplicates() {
        let formats = Format::parse_list(" baggage, TraceContext ,baggage,B3,b3multi").unwrap();
        assert_eq!(
            formats,
            [
                Format::Baggage,
                Format::TraceContext,
                Format::B3,
                Format::B3Multi
            ]
        );
    }

    #[test]
    fn w3c_is_read_after_b3_whatever_the_list_says_and_b3_once() {
        let order = |list: &str| Format::readers(&Format::parse_list(list).unwrap());
        let expected = [Format::B3, Format::TraceContext, Format::Baggage];
        assert_eq!(order("baggage,tracecontext,b3multi,b3"), expected);
        assert_eq!(order("b3multi"), [Format::B3Multi]);
        assert_eq!(order("none"), []);
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
            format!(
                "\"xray\" is no propagation format: expected {}",
                Format::ACCEPTED
            )
        );
    }
}
