//! Events of spans.

use super::Seen::{Always, When};
use super::{Entry, Source, What, entries};

/// An error that made the span a failure.
pub const EXCEPTION: &str = "exception";

/// An edge has dropped baggage that is not on its list or too long.
pub const BAGGAGE_DROPPED: &str = "baggage.dropped";

pub(super) const EVENTS: &[Entry] = &[
    Entry {
        name: EXCEPTION,
        what: What::Event {
            always: &[EXCEPTION_TYPE, EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE],
        },
        meaning: "an error that made the span a failure",
        source: Source::Conventions,
        seen: Always,
    },
    Entry {
        name: BAGGAGE_DROPPED,
        what: What::Event {
            always: &[BAGGAGE_DROPPED_COUNT],
        },
        meaning: "an edge has dropped baggage that is not on its list or too long",
        source: Source::Ours,
        seen: When("a caller of the edge sends such baggage"),
    },
];

entries! {
    EVENT_ATTRIBUTES: super::What::EventAttribute, super::Source::Conventions;
    EXCEPTION_MESSAGE = "exception.message": Text, Always, "the error, in one sentence";
    EXCEPTION_STACKTRACE = "exception.stacktrace": Text, Always,
        "where it was recorded, and its chain of causes";
    EXCEPTION_TYPE = "exception.type": Text, Always, "the error's type";
}

entries! {
    OWN_EVENT_ATTRIBUTES: super::What::EventAttribute, super::Source::Ours;
    BAGGAGE_DROPPED_COUNT = "baggage.dropped.count": Int,
        When("a caller of the edge sends such baggage"), "how many entries were dropped";
}
