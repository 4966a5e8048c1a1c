//! What names in telemetry mean, as JSON for the page: the dictionary of `shared_telemetry`, then
//! the application's.

use bytes::Bytes;
use serde::Serialize;
use shared_telemetry::names::{Entry, Source, What, all};

#[derive(Serialize)]
struct Dictionary {
    entries: Vec<Meaning>,
}

#[derive(Serialize)]
struct Meaning {
    name: &'static str,
    of: &'static str,
    #[serde(rename = "type")]
    of_type: &'static str,
    meaning: &'static str,
    source: &'static str,
}

/// The answer, written once: nothing in it ever changes. It has the attributes and events that a
/// span's details show; the names of spans are patterns, which nobody hovers.
pub(super) fn dictionary(meanings: &[&'static Entry]) -> Bytes {
    let shared = all().filter_map(|entry| Meaning::of(entry, "shared_telemetry"));
    let own = meanings
        .iter()
        .filter_map(|entry| Meaning::of(entry, "the application"));
    let dictionary = Dictionary {
        entries: shared.chain(own).collect(),
    };
    let json = serde_json::to_vec(&dictionary);
    json.expect("texts alone can be written as JSON").into()
}

impl Meaning {
    fn of(entry: &'static Entry, whose: &'static str) -> Option<Self> {
        let (of, of_type) = match entry.what {
            What::Attribute(of) => ("span", of.as_str()),
            What::EventAttribute(of) => ("event", of.as_str()),
            What::Resource(of) => ("resource", of.as_str()),
            What::LogField(of) => ("log", of.as_str()),
            What::Event { .. } => ("event name", "event"),
            _ => return None,
        };
        Some(Self {
            name: entry.name,
            of,
            of_type,
            meaning: entry.meaning,
            source: match entry.source {
                Source::Ours => whose,
                chosen => chosen.as_str(),
            },
        })
    }
}
