//! Start and stop: one call each.

use std::time::{Duration, Instant};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, global};
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{SdkTracerProvider, TracerProviderBuilder};

use crate::boundary::install_tracer;
use crate::config::{Limits, Settings};
use crate::distinct::Distinct;
use crate::export::ExportRuntime;
use crate::limits::LengthLimited;
use crate::losses::{Counted, Losses};
use crate::propagation::{self, Propagation};
use crate::tracer::{Flagged, Tracer};
use crate::{names, resource, semconv_opt_in, subscriber};

/// The instrumentation scope of everything that this crate records.
const SCOPE: &str = env!("CARGO_PKG_NAME");

/// Who is speaking: the defaults of `service.name`, `service.version`, `service.namespace`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The name under which backends list it.
    pub name: &'static str,
    /// `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// The system that it belongs to.
    pub namespace: &'static str,
}

impl Service {
    /// A service by its three names.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str, namespace: &'static str) -> Self {
        Self {
            name,
            version,
            namespace,
        }
    }
}

/// Why telemetry could not start. A service should say so and go on without, or refuse to start:
/// its choice.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `Telemetry::start` was called twice, or another `tracing` subscriber is installed.
    #[error("telemetry was already started in this process")]
    AlreadyStarted,
    /// No thread for the exporter.
    #[error("the export thread could not be started: {0}")]
    Runtime(#[from] std::io::Error),
    /// `OTEL_EXPORTER_OTLP_*` make no exporter, for example an endpoint that is no URL.
    #[error("the OTLP exporter could not be made from OTEL_EXPORTER_OTLP_*: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// What was not delivered at the end.
#[derive(Debug, thiserror::Error)]
#[error("telemetry was not flushed in full: {0}")]
pub struct StopError(String);

/// Running telemetry. Dropping it without [`Telemetry::stop`] may lose what was not yet exported.
#[must_use = "call stop() at the end of the program, or the last spans are lost"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    logs: Option<SdkLoggerProvider>,
    lost_spans: Losses,
    lost_logs: Losses,
    /// Held for the exporters, which live on it.
    runtime: Option<ExportRuntime>,
}

impl Telemetry {
    /// Starts telemetry for this process by its environment, see [`crate::config`].
    ///
    /// # Errors
    /// When it was started before or an exporter can't be made. A value of the environment that
    /// makes no sense is no error: it is told in a warning and replaced by its default.
    pub fn start(service: Service) -> Result<Self, StartError> {
        Self::start_with(service, &Settings::from_environment())
    }

    /// Starts telemetry with given settings.
    ///
    /// # Errors
    /// As [`Telemetry::start`].
    pub fn start_with(service: Service, settings: &Settings) -> Result<Self, StartError> {
        propagation::install(Propagation::new(&settings.extract, &settings.inject));
        semconv_opt_in::install(settings.old_names);
        let resource = resource::build(&service, settings);
        // As the Resource has it in the end, so that lines and spans agree.
        let service_name = resource
            .get(&Key::from_static_str(names::SERVICE_NAME))
            .map_or_else(|| service.name.to_owned(), |name| name.to_string());

        let wanted = !settings.disabled;
        let (traced, logged) = (
            wanted && settings.export_traces,
            wanted && settings.export_logs,
        );
        let runtime = if traced || logged {
            Some(ExportRuntime::start()?)
        } else {
            None
        };
        let (lost_spans, lost_logs) = (Losses::default(), Losses::default());
        let traces = match &runtime {
            Some(runtime) if traced => {
                Some(tracer_provider(runtime, settings, &resource, &lost_spans)?)
            }
            // Spans that nobody exports still give log lines their ids.
            _ if wanted => Some(provider_builder(settings, &resource).build()),
            _ => None,
        };
        let logs = match &runtime {
            Some(runtime) if logged => Some(logger_provider(runtime, &resource, &lost_logs)?),
            _ => None,
        };
        install(&service_name, settings, traces.as_ref(), logs.as_ref())?;
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        Ok(Self {
            traces,
            logs,
            lost_spans,
            lost_logs,
            runtime,
        })
    }

    /// Exports what is left and stops, within `limit` in all. Everything that ended before this
    /// call is delivered, or the error says that it was not.
    ///
    /// Blocks the thread. Call it last.
    ///
    /// # Errors
    /// When the limit passed, or when an export failed, now or at any time before.
    pub fn stop(self, limit: Duration) -> Result<(), StopError> {
        let deadline = Instant::now() + limit;
        let left = || deadline.saturating_duration_since(Instant::now());
        let mut failures = Vec::new();
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown_with_timeout(left())
        {
            failures.push(format!("traces: {error}"));
        }
        if let Some(logs) = &self.logs
            && let Err(error) = logs.shutdown_with_timeout(left())
        {
            failures.push(format!("logs: {error}"));
        }
        drop(self.runtime);
        for (lost, what) in [(self.lost_spans, "spans"), (self.lost_logs, "log records")] {
            let count = lost.count();
            if count > 0 {
                failures.push(format!("{what} not delivered: {count}"));
            }
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(StopError(failures.join("; ")))
        }
    }
}

fn provider_builder(settings: &Settings, resource: &Resource) -> TracerProviderBuilder {
    let Limits {
        attributes,
        event_attributes,
        link_attributes,
        ..
    } = settings.limits;
    let mut builder = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_sampler(settings.sampling.sampler());
    if let Some(limit) = attributes {
        builder = builder.with_max_attributes_per_span(limit);
    }
    if let Some(limit) = event_attributes {
        builder = builder.with_max_attributes_per_event(limit);
    }
    if let Some(limit) = link_attributes {
        builder = builder.with_max_attributes_per_link(limit);
    }
    builder
}

fn tracer_provider(
    runtime: &ExportRuntime,
    settings: &Settings,
    resource: &Resource,
    losses: &Losses,
) -> Result<SdkTracerProvider, StartError> {
    let exporter = LengthLimited::new(
        Flagged(Distinct::new(Counted::new(
            runtime.span_exporter()?,
            losses,
        ))),
        settings.limits.value_length,
    );
    Ok(provider_builder(settings, resource)
        .with_batch_exporter(exporter)
        .build())
}

fn logger_provider(
    runtime: &ExportRuntime,
    resource: &Resource,
    losses: &Losses,
) -> Result<SdkLoggerProvider, StartError> {
    Ok(SdkLoggerProvider::builder()
        .with_resource(resource.clone())
        .with_batch_exporter(Counted::new(runtime.log_exporter()?, losses))
        .build())
}

/// Makes the providers those of the process: for this crate, for `tracing`, and for libraries
/// that use OpenTelemetry by themselves.
fn install(
    service_name: &str,
    settings: &Settings,
    traces: Option<&SdkTracerProvider>,
    logs: Option<&SdkLoggerProvider>,
) -> Result<(), StartError> {
    let tracer = traces.map(|provider| Tracer::new(provider.tracer(SCOPE)));
    let subscriber = subscriber::build(service_name, settings, tracer.clone(), logs);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| StartError::AlreadyStarted)?;
    if let (Some(provider), Some(tracer)) = (traces, tracer) {
        global::set_tracer_provider(provider.clone());
        if !install_tracer(tracer) {
            return Err(StartError::AlreadyStarted);
        }
    }
    Ok(())
}
