//! Which events become log lines, which `tracing` spans become spans, and a layer that obeys.

use std::sync::Arc;

use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::Context;

/// Libraries whose own words are noise, or worse: the exporter's HTTP stack would report each
/// export, and each report would be exported. `RUST_LOG` may name any of them to hear it, and
/// `TELEMETRY_SPAN_FILTER` to have its spans.
const QUIET: [(&str, LevelFilter); 13] = [
    ("h2", LevelFilter::OFF),
    ("hyper", LevelFilter::OFF),
    ("hyper_util", LevelFilter::OFF),
    ("reqwest", LevelFilter::OFF),
    ("tonic", LevelFilter::OFF),
    ("tower", LevelFilter::OFF),
    ("axum", LevelFilter::WARN),
    ("sqlx", LevelFilter::WARN),
    ("librdkafka", LevelFilter::WARN),
    // While no broker is there it repeats that many times a second; callers are told by their
    // own errors.
    ("rdkafka", LevelFilter::OFF),
    // Its warnings repeat a malformed baggage header word by word, and that may hold anything.
    ("opentelemetry", LevelFilter::ERROR),
    ("opentelemetry_sdk", LevelFilter::ERROR),
    ("opentelemetry_otlp", LevelFilter::ERROR),
];

/// `RUST_LOG` and `TELEMETRY_SPAN_FILTER`, with [`QUIET`] where they say nothing.
#[derive(Debug)]
pub(super) struct LogFilter {
    logs: Directives,
    /// Spans and named events do not depend on the log level: a service at `RUST_LOG=warn` must
    /// not lose its traces.
    spans: Directives,
}

impl LogFilter {
    pub(super) fn new(logs: &str, spans: &str) -> Self {
        Self {
            logs: Directives::new(with_quiet(logs)),
            spans: Directives::new(with_quiet(spans)),
        }
    }

    pub(super) fn logs(&self, metadata: &Metadata<'_>) -> bool {
        self.logs.enable(metadata.target(), *metadata.level())
    }

    pub(super) fn spans(&self, metadata: &Metadata<'_>) -> bool {
        self.spans.enable(metadata.target(), *metadata.level())
    }
}

/// Directives with a short way to their answer: most targets are the program's own, and begin
/// with a letter that no directive begins with. One look at it spares a comparison with each.
#[derive(Debug)]
struct Directives {
    all: Targets,
    /// First bytes of the targets that are named.
    first: [bool; 256],
    /// For the targets that are not.
    others: LevelFilter,
}

impl Directives {
    fn new(all: Targets) -> Self {
        let mut first = [false; 256];
        for (target, _) in all.iter() {
            match target.bytes().next() {
                Some(byte) => first[usize::from(byte)] = true,
                // Without a name it is the beginning of all.
                None => first = [true; 256],
            }
        }
        let others = all.default_level().unwrap_or(LevelFilter::OFF);
        Self { all, first, others }
    }

    fn enable(&self, target: &str, level: Level) -> bool {
        match target.bytes().next() {
            Some(byte) if !self.first[usize::from(byte)] => level <= self.others,
            _ => self.all.would_enable(target, &level),
        }
    }
}

/// `directives`, and [`QUIET`] for the libraries that they don't name.
fn with_quiet(directives: &str) -> Targets {
    // `Targets` would take a blank for a part of the name.
    let said: Vec<_> = directives.split(',').map(str::trim).collect();
    let named = |target: &str| {
        let mut said = said.iter();
        said.any(|directive| directive.split('=').next() == Some(target))
    };
    let quiet = QUIET.into_iter().filter(|(target, _)| !named(target));
    // `Settings` has checked the directives before.
    let all: Targets = said.join(",").parse().unwrap_or_default();
    all.with_targets(quiet)
}

/// True for an event whose author gave it a name: `info!(name: "cache.miss", …)`. Without one,
/// `tracing` makes up `event file:line`.
pub(super) fn is_named(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && !metadata.name().starts_with("event ")
}

/// Hands to a layer only events that are to be logged. The check sits in `on_event`, because a
/// filter in `enabled` would be the per-layer filter that loses spans.
pub(super) struct Filtered<L> {
    inner: L,
    filter: Arc<LogFilter>,
}

impl<L> Filtered<L> {
    pub(super) fn new(inner: L, filter: Arc<LogFilter>) -> Self {
        Self { inner, filter }
    }
}

impl<S: Subscriber, L: Layer<S>> Layer<S> for Filtered<L> {
    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let metadata = event.metadata();
        // The gate has let an event without a name through because it is to be logged; one with a
        // name may be here for its span alone.
        if !is_named(metadata) || self.filter.logs(metadata) {
            self.inner.on_event(event, ctx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_behind_a_comma_is_no_part_of_a_name() {
        let directives = Directives::new(with_quiet("info, h2=trace"));
        assert!(directives.enable("h2::proto", Level::TRACE));
        assert!(!directives.enable("hyper::proto", Level::ERROR));
    }

    #[test]
    fn the_short_way_gives_the_answer_of_all_directives() {
        let targets = [
            "",
            "pricing",
            "pricing::quote",
            "h2::proto",
            "sqlx",
            "sq",
            "hyper_util",
            "ä",
        ];
        for text in [
            "",
            "info",
            "off",
            "debug,sqlx=trace,pricing::quote=off",
            "h2=trace",
            "=warn",
            "trace,ä=info",
        ] {
            let all = with_quiet(text);
            let short = Directives::new(all.clone());
            for target in targets {
                for level in [
                    Level::ERROR,
                    Level::WARN,
                    Level::INFO,
                    Level::DEBUG,
                    Level::TRACE,
                ] {
                    let (short, all) = (
                        short.enable(target, level),
                        all.would_enable(target, &level),
                    );
                    assert_eq!(short, all, "{target} at {level} with {text:?}");
                }
            }
        }
    }
}
