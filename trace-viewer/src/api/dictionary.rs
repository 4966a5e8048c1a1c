//! What names in telemetry mean, as JSON: the dictionary of `shared_telemetry`, for the page.

use serde::Serialize;
use shared_telemetry::names::{Entry, What, all};

#[derive(Serialize)]
pub(super) struct Dictionary {
    entries: Vec<Meaning>,
}

#[derive(Serialize)]
struct Meaning {
    name: &'static str,
    #[serde(rename = "type")]
    of_type: &'static str,
    meaning: &'static str,
    source: &'static str,
}

impl Dictionary {
    /// Attributes of spans, events and resources; spans' names are patterns, which nobody hovers.
    pub(super) fn new() -> Self {
        Self {
            entries: all().filter_map(Meaning::of).collect(),
        }
    }
}

impl Meaning {
    fn of(entry: &'static Entry) -> Option<Self> {
        let of_type = match entry.what {
            What::Attribute(of) | What::EventAttribute(of) | What::Resource(of) => of.as_str(),
            What::Event { .. } => "event",
            _ => return None,
        };
        Some(Self {
            name: entry.name,
            of_type,
            meaning: entry.meaning,
            source: entry.source.as_str(),
        })
    }
}
