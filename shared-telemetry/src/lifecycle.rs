//! Start and stop: one call each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanLimits};

use crate::boundary::install_tracer;
use crate::config::{Limits, Settings};
use crate::export::{Exports, Records, Spans};
use crate::propagation::{self, Propagation};
use crate::redact::{self, Redaction};
use crate::tracer::Tracer;
use crate::{SCOPE, names, relay, resource, semconv_opt_in, subscriber};

/// Who is speaking: the defaults of `service.name`, `service.version`, `service.namespace`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The name under which backends list it.
    pub name: &'static str,
    /// `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// The system that it belongs to.
    pub namespace: &'static str,
    /// Names of secrets that only this program knows, see [`Service::with_secret_names`].
    pub secret_names: &'static [&'static str],
}

impl Service {
    /// A service by its three names.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str, namespace: &'static str) -> Self {
        Self {
            name,
            version,
            namespace,
            secret_names: &[],
        }
    }

    /// The service with names whose values are secrets beside those that [`crate::redact`] knows:
    /// of attributes, log fields, JSON fields and parameters. In lower case, without `_` and `-`.
    #[must_use]
    pub const fn with_secret_names(mut self, names: &'static [&'static str]) -> Self {
        self.secret_names = names;
        self
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
    exports: Exports,
}

/// True once this process has telemetry.
static STARTED: AtomicBool = AtomicBool::new(false);

impl Telemetry {
    /// Starts telemetry for this process by its environment, see [`crate::config`].
    ///
    /// # Errors
    /// When it was started before, or there is no thread to export on. A value of the environment
    /// that makes no sense is no error: it is told in a warning and replaced by its default.
    pub fn start(service: Service) -> Result<Self, StartError> {
        Self::start_with(service, &Settings::from_environment())
    }

    /// Starts telemetry with given settings.
    ///
    /// # Errors
    /// As [`Telemetry::start`].
    pub fn start_with(service: Service, settings: &Settings) -> Result<Self, StartError> {
        if STARTED.swap(true, Ordering::AcqRel) {
            return Err(StartError::AlreadyStarted);
        }
        propagation::install(Propagation::new(&settings.extract, &settings.inject));
        semconv_opt_in::install(settings.old_names);
        redact::install(Redaction {
            on: settings.redaction,
            own_names: service.secret_names,
        });
        let resource = redact::resource(resource::build(&service, settings));
        // As the Resource has it in the end, so that lines and spans agree.
        let service_name = resource
            .get(&Key::from_static_str(names::SERVICE_NAME))
            .map_or_else(|| service.name.to_owned(), |name| name.to_string());

        let mut warnings = settings.warnings.clone();
        let exports = Exports::start(settings, &resource, &mut warnings)
            // Nothing was started, so it may be tried again.
            .inspect_err(|_| STARTED.store(false, Ordering::Release))?;
        let traces = (!settings.disabled).then(|| tracer_provider(settings, &resource, &exports));
        let logs = logger_provider(&resource, &exports);
        install(&service_name, settings, traces.as_ref(), logs.as_ref())?;
        if let Some(relayed) = exports.relayed.clone() {
            relay::install(Box::new(move |origin| relayed.open(origin)));
        }
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        Ok(Self {
            traces,
            logs,
            exports,
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
        let failures = self.exports.stop(Instant::now() + limit);
        // Their queues have ended; this has the SDK know it.
        if let Some(traces) = &self.traces {
            let _ = traces.shutdown_with_timeout(Duration::ZERO);
        }
        if let Some(logs) = &self.logs {
            let _ = logs.shutdown_with_timeout(Duration::ZERO);
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(StopError(failures.join("; ")))
        }
    }
}

/// Spans that nobody exports still give log lines their ids.
fn tracer_provider(
    settings: &Settings,
    resource: &Resource,
    exports: &Exports,
) -> SdkTracerProvider {
    let builder = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_sampler(settings.sampling.sampler())
        .with_span_limits(span_limits(settings.limits));
    match &exports.spans {
        Some(spans) => builder.with_span_processor(Spans(spans.clone())).build(),
        None => builder.build(),
    }
}

fn span_limits(limits: Limits) -> SpanLimits {
    SpanLimits {
        max_attributes_per_span: limits.attributes,
        max_events_per_span: limits.events,
        max_links_per_span: limits.links,
        max_attributes_per_event: limits.event_attributes,
        max_attributes_per_link: limits.link_attributes,
    }
}

fn logger_provider(resource: &Resource, exports: &Exports) -> Option<SdkLoggerProvider> {
    exports.logs.as_ref().map(|logs| {
        SdkLoggerProvider::builder()
            .with_resource(resource.clone())
            .with_log_processor(Records(logs.clone()))
            .build()
    })
}

/// Makes the providers those of the process: for this crate, for `tracing`, and for libraries
/// that use OpenTelemetry by themselves.
fn install(
    service_name: &str,
    settings: &Settings,
    traces: Option<&SdkTracerProvider>,
    logs: Option<&SdkLoggerProvider>,
) -> Result<(), StartError> {
    let tracer =
        traces.map(|provider| Tracer::new(provider.tracer(SCOPE), settings.sampling.parent_based));
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
