//! The backend that traces are read from.
//!
//! Everything that knows how a backend is asked is below this file; the commands see
//! [`Trace`](crate::trace::Trace)s.

mod viewer;

use reqwest::Url;
use serde_json::Value;

use crate::config::BackendKind;
use crate::http_client::RequestError;
use crate::trace::{Log, Summary, Trace};
use viewer::Viewer;

/// A trace, and the answer it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub(crate) trace: Trace,
    pub(crate) raw: Value,
}

pub(crate) enum Backend {
    Viewer(Viewer),
}

impl Backend {
    pub(crate) fn new(kind: BackendKind, url: &Url) -> Self {
        match kind {
            BackendKind::Viewer => Self::Viewer(Viewer::new(url)),
        }
    }

    /// Asks whether it is there at all.
    pub(crate) async fn reach(&self) -> Result<(), RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.reach().await,
        }
    }

    /// The trace, if the backend has a span of it.
    pub(crate) async fn trace(&self, trace_id: &str) -> Result<Option<Fetched>, RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.trace(trace_id).await,
        }
    }

    /// The log lines under a trace id; none when the backend does not know the id.
    pub(crate) async fn logs(&self, trace_id: &str) -> Result<Vec<Log>, RequestError> {
        match self {
            Self::Viewer(viewer) => viewer.logs(trace_id).await,
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
        }
    }
}
