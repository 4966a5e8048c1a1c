//! What the dictionary says of a metric, and what an instrument is made from.

use super::{Entry, Seen, Source, What};

/// One metric: its entry in the dictionary, and all that [`crate::metrics`] needs to make its
/// instrument. A metric is a constant, so that code and dictionary can't tell two stories:
///
/// ```
/// use shared_telemetry::metrics::Counter;
/// use shared_telemetry::names::{Instrument, Metric, Seen};
///
/// const RINGS: Metric = Metric::ours(
///     "app.door.rings",
///     Instrument::Counter,
///     "{ring}",
///     &["app.door"],
///     Seen::Always,
///     "how often somebody rang",
/// );
/// static RUNG: Counter = Counter::new(&RINGS);
///
/// RUNG.add(1, &[("app.door", "front".into())]);
/// ```
#[derive(Debug, Clone)]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// How its values are added up.
    pub instrument: Instrument,
    /// The unit by UCUM: `s`, `By`, `1`, or what is counted, in braces: `{span}`.
    pub unit: &'static str,
    /// The only keys that its data points may have. Their values must be few: each combination
    /// is a time series of its own.
    pub attributes: &'static [&'static str],
    /// What it means, in one sentence without its full stop.
    pub meaning: &'static str,
    /// Who has chosen the name.
    pub source: Source,
    /// Whether everyday work shows it.
    pub seen: Seen,
}

/// How the values of a metric are added up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Instrument {
    /// A sum that only grows.
    Counter,
    /// A sum that grows and shrinks, and makes sense added up over processes.
    UpDownCounter,
    /// A value of the moment, of which a sum makes no sense.
    Gauge,
    /// How often a value fell between these bounds.
    Histogram(&'static [f64]),
}

impl Instrument {
    /// The word of the specification, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "updowncounter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

impl Metric {
    /// A metric that an application has named itself.
    #[must_use]
    pub const fn ours(
        name: &'static str,
        instrument: Instrument,
        unit: &'static str,
        attributes: &'static [&'static str],
        seen: Seen,
        meaning: &'static str,
    ) -> Self {
        Self {
            name,
            instrument,
            unit,
            attributes,
            meaning,
            source: Source::Ours,
            seen,
        }
    }

    /// The same metric, whose name is one of the semantic conventions.
    #[must_use]
    pub const fn of_conventions(mut self) -> Self {
        self.source = Source::Conventions;
        self
    }

    /// Its line in the dictionary.
    #[must_use]
    pub const fn entry(&self) -> Entry {
        Entry {
            name: self.name,
            what: What::Metric {
                instrument: self.instrument,
                unit: self.unit,
                attributes: self.attributes,
            },
            meaning: self.meaning,
            source: self.source,
            seen: self.seen,
        }
    }
}
