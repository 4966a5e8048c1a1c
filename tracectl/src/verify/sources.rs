//! The backends that an order is looked for in.

use crate::backend::{Backend, Loki, Prometheus};
use crate::config::{self, AnyBackend};
use crate::http_client::RequestError;

pub(crate) struct Sources {
    /// At least one.
    pub(crate) traces: Vec<Backend>,
    pub(crate) loki: Option<Loki>,
    pub(crate) prometheus: Option<Prometheus>,
}

/// Log lines and exemplars mean nothing without the traces that they belong to.
#[derive(Debug, thiserror::Error)]
#[error(
    "--backend names nothing that holds traces: give viewer, jaeger or tempo beside loki and prometheus"
)]
pub(crate) struct NoTraces;

impl Sources {
    pub(crate) fn new(named: &[config::Backend<AnyBackend>]) -> Result<Self, NoTraces> {
        let mut sources = Self {
            traces: Vec::new(),
            loki: None,
            prometheus: None,
        };
        for config::Backend { kind, url } in named {
            match *kind {
                AnyBackend::Traces(kind) => sources.traces.push(Backend::new(&config::Backend {
                    kind,
                    url: url.clone(),
                })),
                AnyBackend::Loki => sources.loki = Some(Loki::new(url)),
                AnyBackend::Prometheus => sources.prometheus = Some(Prometheus::new(url)),
            }
        }
        if sources.traces.is_empty() {
            return Err(NoTraces);
        }
        Ok(sources)
    }

    /// Asks each whether it is there at all.
    pub(crate) async fn reach(&self) -> Result<(), RequestError> {
        for traces in &self.traces {
            traces.reach().await?;
        }
        if let Some(loki) = &self.loki {
            loki.reach().await?;
        }
        if let Some(prometheus) = &self.prometheus {
            prometheus.reach().await?;
        }
        Ok(())
    }
}
