//! The backends that are read from.
//!
//! Everything that knows how a backend is asked is below this file; the commands see
//! [`Trace`](crate::trace::Trace)s, log lines and numbers.

mod jaeger;
mod loki;
mod otlp;
mod prometheus;
mod tempo;
mod viewer;

use serde_json::Value;

use crate::config::{self, TraceBackend};
use crate::http_client::RequestError;
use crate::trace::{Log, Summary, Trace};
use jaeger::Jaeger;
pub(crate) use loki::Loki;
pub(crate) use prometheus::Prometheus;
use tempo::Tempo;
use viewer::Viewer;

/// A trace, and the answer it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub(crate) trace: Trace,
    pub(crate) raw: Value,
}

/// Holds traces.
pub(crate) enum Backend {
    Viewer(Viewer),
    Jaeger(Jaeger),
    Tempo(Tempo),
}

impl Backend {
    pub(crate) fn new(settings: &config::Backend<TraceBackend>) -> Self {
        match settings.kind {
            TraceBackend::Viewer => Self::Viewer(Viewer::new(&settings.url)),
            TraceBackend::Jaeger => Self::Jaeger(Jaeger::new(&settings.url)),
            TraceBackend::Tempo => Self::Tempo(Tempo::new(&settings.url)),
        }
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Viewer(_) => "viewer",
            Self::Jaeger(_) => "jaeger",
            Self::Tempo(_) => "tempo",
        }
    }

    /// Asks whether it is there at all.
    pub(crate) async fn reach(&self) -> Result<(), RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.reach().await,
            Self::Jaeger(jaeger) => jaeger.reach().await,
            Self::Tempo(tempo) => tempo.reach().await,
        }
    }

    /// The trace, if the backend has a span of it, with the links to it from elsewhere.
    pub(crate) async fn trace(&self, trace_id: &str) -> Result<Option<Fetched>, RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.trace(trace_id).await,
            Self::Jaeger(jaeger) => jaeger.trace(trace_id).await,
            Self::Tempo(tempo) => tempo.trace(trace_id).await,
        }
    }

    /// The log lines under a trace id, from a backend that holds logs as well.
    pub(crate) async fn logs(&self, trace_id: &str) -> Option<Result<Vec<Log>, RequestError>> {
        match self {
            Self::Viewer(viewer) => Some(viewer.logs(trace_id).await),
            Self::Jaeger(_) | Self::Tempo(_) => None,
        }
    }

    /// The newest traces in which `service` has a span, of that name if one is given.
    pub(crate) async fn newest(
        &self,
        service: &str,
        operation: Option<&str>,
    ) -> Result<Vec<Summary>, RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.newest(service, operation).await,
            Self::Jaeger(jaeger) => jaeger.newest(service, operation).await,
            Self::Tempo(tempo) => tempo.newest(service, operation).await,
        }
    }
}
