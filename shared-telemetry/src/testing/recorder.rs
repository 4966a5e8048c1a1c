//! The process-wide in-memory exporter.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use opentelemetry::TraceId;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData, SpanProcessor,
};

use super::TraceTree;
use super::log_lines::LogLines;
use crate::boundary::install_tracer;
use crate::config::{LogFormat, Settings};
use crate::distinct::Distinct;
use crate::propagation::{self, Propagation};
use crate::redact::Redacted;
use crate::sampling::Sampling;
use crate::tracer::{Flagged, Tracer};
use crate::{relay, subscriber};

/// Everything that ended in this process.
#[derive(Debug, Clone)]
pub struct Recorder {
    exporter: InMemorySpanExporter,
    log_lines: LogLines,
}

/// The process's recorder, installed by the first call: default propagation, every trace
/// sampled unless a remote parent says otherwise, log lines kept as JSON instead of printed.
///
/// # Panics
/// When another subscriber or tracer was installed before.
#[must_use]
pub fn recorder() -> Recorder {
    recorder_with(Settings::from_lookup(&|_| None))
}

/// [`recorder`] with another sampler, for a test binary that is about sampling. The first call
/// of either decides for the process.
///
/// # Panics
/// As [`recorder`].
#[must_use]
pub fn recorder_sampling(sampling: Sampling) -> Recorder {
    recorder_with(Settings {
        sampling,
        ..Settings::from_lookup(&|_| None)
    })
}

fn recorder_with(settings: Settings) -> Recorder {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();
    RECORDER.get_or_init(|| install(settings)).clone()
}

fn install(settings: Settings) -> Recorder {
    let settings = Settings {
        log_format: LogFormat::Json,
        ..settings
    };
    propagation::install(Propagation::new(&settings.extract, &settings.inject));
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_sampler(settings.sampling.sampler())
        .with_simple_exporter(Redacted(Flagged(Distinct::new(exporter.clone()))))
        .build();
    let relayed = exporter.clone();
    relay::install(Box::new(move |_| {
        let exporter = Redacted(Flagged(Distinct::new(relayed.clone())));
        let processor: Box<dyn SpanProcessor> = Box::new(SimpleSpanProcessor::new(exporter));
        Some(processor)
    }));
    let tracer = Tracer::new(provider.tracer("testing"), settings.sampling.parent_based);
    let log_lines = LogLines::default();
    let subscriber = subscriber::build_writing(
        "testing",
        &settings,
        Some(tracer.clone()),
        None,
        log_lines.clone(),
    );
    tracing::subscriber::set_global_default(subscriber)
        .expect("no other subscriber in this process");
    assert!(
        install_tracer(tracer),
        "telemetry was started before the recorder"
    );
    Recorder {
        exporter,
        log_lines,
    }
}

impl Recorder {
    /// The spans of a trace that have ended so far.
    #[must_use]
    pub fn trace(&self, trace_id: TraceId) -> TraceTree {
        TraceTree::new(self.spans(|span| span.span_context.trace_id() == trace_id))
    }

    /// The traces with a span that links to `trace_id`: the other side of a queue.
    #[must_use]
    pub fn linked_to(&self, trace_id: TraceId) -> Vec<TraceTree> {
        let linking = self.spans(|span| {
            span.links
                .iter()
                .any(|link| link.span_context.trace_id() == trace_id)
        });
        let mut ids: Vec<_> = linking
            .iter()
            .map(|span| span.span_context.trace_id())
            .collect();
        ids.sort_unstable_by_key(|id| id.to_bytes());
        ids.dedup();
        ids.into_iter().map(|id| self.trace(id)).collect()
    }

    /// A moment, for [`Recorder::since`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.spans(|_| true).len()
    }

    /// The spans of all traces that have ended since `mark`.
    #[must_use]
    pub fn since(&self, mark: usize) -> TraceTree {
        let mut spans = self.spans(|_| true);
        spans.drain(..mark.min(spans.len()));
        TraceTree::new(spans)
    }

    /// The log lines so far, each a JSON object, that contain `text`.
    #[must_use]
    pub fn log_lines(&self, text: &str) -> Vec<String> {
        self.log_lines.containing(text)
    }

    /// Waits until the trace satisfies `complete`, and gives it either way: the assertions that
    /// follow tell more than a time-out could.
    pub async fn trace_when(
        &self,
        trace_id: TraceId,
        complete: impl Fn(&TraceTree) -> bool,
    ) -> TraceTree {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let tree = self.trace(trace_id);
            if complete(&tree) || Instant::now() > deadline {
                return tree;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn spans(&self, wanted: impl Fn(&SpanData) -> bool) -> Vec<SpanData> {
        let all = self
            .exporter
            .get_finished_spans()
            .expect("the exporter's lock is never poisoned");
        all.into_iter().filter(wanted).collect()
    }
}
