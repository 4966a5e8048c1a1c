//! The process-wide in-memory exporter.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use opentelemetry::TraceId;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};

use super::TraceTree;
use crate::boundary::install_tracer;
use crate::config::Settings;
use crate::distinct::Distinct;
use crate::subscriber;

/// Everything that ended in this process.
#[derive(Debug, Clone)]
pub struct Recorder {
    exporter: InMemorySpanExporter,
}

/// The process's recorder, installed by the first call: default propagation, every trace
/// sampled unless a remote parent says otherwise.
///
/// # Panics
/// When another subscriber or tracer was installed before.
#[must_use]
pub fn recorder() -> Recorder {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();
    RECORDER.get_or_init(install).clone()
}

fn install() -> Recorder {
    let settings = Settings::from_lookup(&|_| None);
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_sampler(settings.sampling.sampler())
        .with_simple_exporter(Distinct::new(exporter.clone()))
        .build();
    let tracer: SdkTracer = provider.tracer("testing");
    let subscriber = subscriber::build("testing", &settings, Some(tracer.clone()), None);
    tracing::subscriber::set_global_default(subscriber)
        .expect("no other subscriber in this process");
    assert!(
        install_tracer(tracer),
        "telemetry was started before the recorder"
    );
    Recorder { exporter }
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
