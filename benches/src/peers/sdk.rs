//! The SDK as its documentation starts it: batch processor, OTLP over gRPC, `traceparent`.

use std::time::Duration;

use opentelemetry::global;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::{Builder, Runtime};

/// An exporter, on a thread of its own: its gRPC connection is a task of a runtime.
///
/// # Panics
/// Where the endpoint in the environment is no URL.
#[must_use]
pub fn exporter() -> (SpanExporter, Runtime) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a thread to export on");
    let exporter = {
        let _entered = runtime.enter();
        let builder = SpanExporter::builder().with_tonic();
        builder.build().expect("the endpoint is a URL")
    };
    (exporter, runtime)
}

/// Does the work with a provider, started and stopped. Whoever made the caller's trace decides.
///
/// # Panics
/// Where not all of it arrives.
pub fn with(work: impl FnOnce(&SdkTracerProvider)) {
    let (exporter, _runtime) = exporter();
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_batch_exporter(exporter)
        .build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(provider.clone());
    work(&provider);
    let stopped = provider.shutdown_with_timeout(Duration::from_secs(60));
    stopped.expect("all of it arrives");
}
