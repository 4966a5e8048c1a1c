//! Metrics on their way out.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::config::MetricExport;
use crate::export::Failures;

/// Collects this process's metrics and sends them, until it is told to stop.
///
/// The SDK's periodic reader knows no limit: neither for one export nor for its shutdown. So the
/// exporter below it has both.
pub(crate) struct MetricExporting {
    provider: SdkMeterProvider,
    runtime: Handle,
    give_up: watch::Sender<bool>,
    failures: Arc<Mutex<Failures>>,
}

impl MetricExporting {
    pub(crate) fn start(
        exporter: MetricExporter,
        settings: MetricExport,
        resource: &Resource,
        runtime: Handle,
    ) -> Self {
        let (give_up, given_up) = watch::channel(false);
        let failures = Arc::new(Mutex::new(Failures::new("metrics")));
        let exporter = Limited {
            inner: exporter,
            runtime: runtime.clone(),
            timeout: settings.timeout,
            given_up,
            failures: Arc::clone(&failures),
        };
        let reader = PeriodicReader::builder(exporter)
            .with_interval(settings.interval)
            .build();
        let provider = SdkMeterProvider::builder()
            .with_resource(resource.clone())
            .with_reader(reader)
            .build();
        super::install(&provider);
        Self {
            provider,
            runtime,
            give_up,
            failures,
        }
    }

    /// Sends the last values, by `deadline` at the latest; says when they did not arrive. What
    /// failed before does not matter: the last values have it all.
    pub(crate) fn stop(self, deadline: Instant) -> Result<(), &'static str> {
        let Self {
            provider,
            runtime,
            give_up,
            failures,
        } = self;
        // The only way to end the SDK's wait for an export is to end the export.
        runtime.spawn(async move {
            tokio::time::sleep_until(deadline.into()).await;
            give_up.send_replace(true);
        });
        let left = deadline.saturating_duration_since(Instant::now());
        let stopped = provider.shutdown_with_timeout(left);
        let failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        if stopped.is_err() || failures.going_on() {
            Err("the last values were not delivered")
        } else {
            Ok(())
        }
    }
}

/// An exporter that is run on the reader's thread as if on the export runtime, and that ends in
/// time.
struct Limited {
    inner: MetricExporter,
    runtime: Handle,
    timeout: Duration,
    given_up: watch::Receiver<bool>,
    failures: Arc<Mutex<Failures>>,
}

impl PushMetricExporter for Limited {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut given_up = self.given_up.clone();
        let mut export = pin!(async {
            tokio::select! {
                exported = tokio::time::timeout(self.timeout, self.inner.export(metrics)) => {
                    exported.unwrap_or(Err(OTelSdkError::Timeout(self.timeout)))
                }
                _ = given_up.wait_for(|given_up| *given_up) => {
                    Err(OTelSdkError::InternalFailure("no answer before the end".to_owned()))
                }
            }
        });
        let result = poll_fn(|context| {
            let _entered = self.runtime.enter();
            export.as_mut().poll(context)
        })
        .await;
        // No data points are lost: the next export has the same sums.
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.tell(&result, 0);
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.inner.temporality()
    }
}
