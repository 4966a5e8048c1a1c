//! The JSON API of trace-viewer.

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use super::Fetched;
use crate::http_client::{RequestError, Server};
use crate::trace::{Log, Summary};

pub(crate) struct Viewer {
    server: Server,
}

#[derive(Deserialize)]
struct Traces {
    traces: Vec<Summary>,
}

#[derive(Deserialize)]
struct Logs {
    logs: Vec<Log>,
}

impl Viewer {
    pub(super) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("trace viewer", url),
        }
    }

    /// Its list of services says that this is a viewer, which a bare 200 would not.
    pub(super) async fn reach(&self) -> Result<(), RequestError> {
        #[derive(Deserialize)]
        struct Services {
            #[serde(rename = "services")]
            _services: Vec<Value>,
        }
        self.server
            .get(&["api", "services"], &[])
            .await?
            .json::<Services>()
            .map(drop)
    }

    pub(super) async fn trace(&self, trace_id: &str) -> Result<Option<Fetched>, RequestError> {
        let reply = self.server.get(&["api", "traces", trace_id], &[]).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(Fetched {
            trace: reply.json()?,
            raw: reply.json()?,
        }))
    }

    pub(super) async fn logs(&self, trace_id: &str) -> Result<Vec<Log>, RequestError> {
        let reply = self
            .server
            .get(&["api", "traces", trace_id, "logs"], &[])
            .await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        Ok(reply.json::<Logs>()?.logs)
    }

    pub(super) async fn newest(
        &self,
        service: &str,
        operation: Option<&str>,
    ) -> Result<Vec<Summary>, RequestError> {
        let mut query = vec![("service", service), ("limit", "20")];
        query.extend(operation.map(|operation| ("operation", operation)));
        Ok(self
            .server
            .get(&["api", "traces"], &query)
            .await?
            .json::<Traces>()?
            .traces)
    }
}
