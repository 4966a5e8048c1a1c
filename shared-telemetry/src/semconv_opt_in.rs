//! `OTEL_SEMCONV_STABILITY_OPT_IN`: the attributes' old names beside the new, for dashboards that
//! have not moved yet.
//!
//! [`Boundary`](crate::boundary::Boundary) asks here wherever it sets attributes, and nobody else
//! does: the boundaries themselves know only the current names. Off, it costs one relaxed load.
//!
//! `rpc.method` is the exception: its old meaning, the bare method, was under the same name. It
//! keeps the new one, and `rpc.service` comes beside it.

mod old;

use std::sync::atomic::{AtomicU8, Ordering};

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

pub(crate) use old::{ENTRIES, PATHS, STATEMENTS};

/// The domains whose old names are emitted beside the new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OldNames(u8);

/// What a span is about, by its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    Http = 1,
    Database = 2,
    Messaging = 4,
    Rpc = 8,
}

/// The process's choice; nothing until [`install`].
static CHOSEN: AtomicU8 = AtomicU8::new(0);

pub(crate) fn install(chosen: OldNames) {
    CHOSEN.store(chosen.0, Ordering::Relaxed);
}

impl OldNames {
    /// What a list may hold.
    pub const ACCEPTED: &str = "http, database, messaging and rpc, each also with /dup";

    /// Reads a list such as `http/dup,database/dup`. `http` alone asks for the new names only,
    /// which is what is emitted anyway. Gives the words that are none of these, too.
    #[must_use]
    pub fn parse(list: &str) -> (Self, Vec<&str>) {
        let mut chosen = Self::default();
        let mut strange = Vec::new();
        for word in list
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            match word.split_once('/') {
                Some((domain, "dup")) if Domain::of_word(domain).is_some() => {
                    chosen.0 |= Domain::of_word(domain).map_or(0, |domain| domain as u8);
                }
                None if Domain::of_word(word).is_some() => {}
                _ => strange.push(word),
            }
        }
        (chosen, strange)
    }

    const fn has(self, domain: Domain) -> bool {
        self.0 & domain as u8 != 0
    }

    /// The old names of `attributes`, for those that have one and whose domain is chosen.
    fn of(self, kind: &SpanKind, attributes: &[KeyValue]) -> Vec<KeyValue> {
        let domain = attributes
            .iter()
            .find_map(|attribute| Domain::of_key(attribute.key.as_str()));
        match domain {
            Some(domain) if self.has(domain) => attributes
                .iter()
                .flat_map(|attribute| old::names(domain, kind, attribute))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Domain {
    fn of_word(word: &str) -> Option<Self> {
        match word {
            "http" => Some(Self::Http),
            "database" => Some(Self::Database),
            "messaging" => Some(Self::Messaging),
            "rpc" => Some(Self::Rpc),
            _ => None,
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        match key.split_once('.')?.0 {
            "http" => Some(Self::Http),
            "db" => Some(Self::Database),
            "messaging" => Some(Self::Messaging),
            "rpc" => Some(Self::Rpc),
            _ => None,
        }
    }
}

/// The old names for attributes that were set on a span together, by the process's choice.
pub(crate) fn old_names(kind: &SpanKind, attributes: &[KeyValue]) -> Vec<KeyValue> {
    match CHOSEN.load(Ordering::Relaxed) {
        0 => Vec::new(),
        chosen => OldNames(chosen).of(kind, attributes),
    }
}

/// Whether there may be old names at all.
pub(crate) fn is_on() -> bool {
    CHOSEN.load(Ordering::Relaxed) != 0
}

#[cfg(test)]
mod tests;
