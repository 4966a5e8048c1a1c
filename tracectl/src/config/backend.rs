//! `--backend`: what holds traces, log lines or metrics, and where it answers.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use reqwest::Url;

use super::http_url;

/// One backend, as `jaeger` or `jaeger=http://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend<Kind> {
    pub(crate) kind: Kind,
    pub(crate) url: Url,
}

/// Holds traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceBackend {
    Viewer,
    Jaeger,
    Tempo,
}

/// Anything that a check can look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyBackend {
    Traces(TraceBackend),
    Loki,
    Prometheus,
}

/// A kind of backend, and where it answers unless told.
pub(crate) trait Known: ValueEnum + Copy {
    fn default_url(self) -> &'static str;
}

impl Known for TraceBackend {
    fn default_url(self) -> &'static str {
        match self {
            Self::Viewer | Self::Jaeger => "http://127.0.0.1:16686",
            Self::Tempo => "http://127.0.0.1:3200",
        }
    }
}

impl Known for AnyBackend {
    fn default_url(self) -> &'static str {
        match self {
            Self::Traces(traces) => traces.default_url(),
            Self::Loki => "http://127.0.0.1:3100",
            Self::Prometheus => "http://127.0.0.1:9090",
        }
    }
}

impl ValueEnum for AnyBackend {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Traces(TraceBackend::Viewer),
            Self::Traces(TraceBackend::Jaeger),
            Self::Traces(TraceBackend::Tempo),
            Self::Loki,
            Self::Prometheus,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Traces(traces) => traces.to_possible_value(),
            Self::Loki => Some(PossibleValue::new("loki")),
            Self::Prometheus => Some(PossibleValue::new("prometheus")),
        }
    }
}

/// Reads `kind` or `kind=URL`.
pub(super) fn backend<Kind: Known>(text: &str) -> Result<Backend<Kind>, String> {
    let (kind, url) = match text.split_once('=') {
        Some((kind, url)) => (kind, Some(url)),
        None => (text, None),
    };
    let kind = Kind::from_str(kind, false).map_err(|_| {
        let known = Kind::value_variants().iter();
        let names = known.filter_map(|kind| Some(kind.to_possible_value()?.get_name().to_owned()));
        let names: Vec<_> = names.collect();
        format!(
            "accepted are {}, each alone or with its address as in {}=http://host:port",
            names.join(", "),
            names.first().map_or("", String::as_str)
        )
    })?;
    let url = http_url(url.unwrap_or(kind.default_url()))?;
    Ok(Backend { kind, url })
}
