//! The `tracing` subscriber: what the macros of a program turn into.
//!
//! ```text
//!  Gate          lets nothing through that nobody needs, and no span of an unsampled request
//!  SpanLayer     tracing spans  -> OpenTelemetry spans
//!  EventLayer    named events   -> span events
//!  LogLines      events         -> lines on standard output, with ids
//!  Records       events         -> log records, with ids
//! ```
//!
//! There is one global gate and **no per-layer filter** (`with_filter`), on purpose: with
//! per-layer filters, one `enabled!` check for a target that a layer rejects leaves a stale mark
//! on the thread, and the next span on it is silently lost for that layer (tokio-rs/tracing
//! issue 2519). sqlx and rdkafka make such checks all the time.

mod events;
mod filter;
mod gate;
mod json;
mod json_text;
mod lines;
mod pretty;
mod records;
mod spans;
mod stamp;

use std::sync::Arc;

use opentelemetry_sdk::logs::SdkLoggerProvider;
use tracing::Subscriber;
use tracing_subscriber::Registry;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::config::Settings;
use crate::tracer::Tracer;
use events::EventLayer;
use filter::{Filtered, LogFilter};
use gate::Gate;
use lines::LogLines;
use records::Records;
use spans::SpanLayer;

/// The field under which `tracing` hands over an event's message.
const MESSAGE: &str = "message";

pub(crate) fn build(
    service_name: &str,
    settings: &Settings,
    tracer: Option<Tracer>,
    logs: Option<&SdkLoggerProvider>,
) -> impl Subscriber + Send + Sync + use<> {
    build_writing(service_name, settings, tracer, logs, std::io::stdout)
}

/// [`build`] with log lines that go to `writer` instead of standard output.
pub(crate) fn build_writing<W>(
    service_name: &str,
    settings: &Settings,
    tracer: Option<Tracer>,
    logs: Option<&SdkLoggerProvider>,
    writer: W,
) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = Arc::new(LogFilter::new(&settings.log_filter, &settings.span_filter));
    let records = logs.map(|provider| {
        let records = Records::new(provider, settings.limits.value_length);
        Filtered::new(records, Arc::clone(&filter))
    });
    let lines = LogLines::new(service_name, settings.log_format, writer);
    Registry::default()
        .with(Gate::new(Arc::clone(&filter), tracer.is_some()))
        .with(tracer.map(SpanLayer::new))
        .with(EventLayer)
        .with(Filtered::new(lines, filter))
        .with(records)
}
