//! Jaeger's `/api/v3`, which answers OTLP JSON. The older `/api/traces` search is gone since 2.21.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::Fetched;
use super::otlp::{self, Flags};
use crate::http_client::{RequestError, Server};
use crate::otlp_json::ResourceSpans;
use crate::trace::{BackLink, Kind, Root, Summary, Trace};

/// How far back a search looks that is given no start.
const LOOK_BACK: Duration = Duration::from_secs(3600);
/// Clocks of two machines may differ by so much.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

pub(crate) struct Jaeger {
    server: Server,
}

#[derive(Deserialize)]
struct Reply {
    result: Traces,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Traces {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
struct Services {
    services: Vec<String>,
}

impl Jaeger {
    pub(super) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("Jaeger", url),
        }
    }

    pub(super) async fn reach(&self) -> Result<(), RequestError> {
        self.services().await.map(drop)
    }

    pub(super) async fn trace(&self, trace_id: &str) -> Result<Option<Fetched>, RequestError> {
        let path = ["api", "v3", "traces", trace_id];
        let reply = self.server.get(&path, &[]).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let spans = reply.json::<Reply>()?.result.resource_spans;
        let Some(mut trace) = otlp::traces(spans, Flags::Kept)
            .into_iter()
            .find(|trace| trace.trace_id == trace_id)
        else {
            return Ok(None);
        };
        if trace.spans.iter().any(|span| span.kind == Kind::Producer) {
            trace.linked_from = self.back_links(&trace).await?;
        }
        Ok(Some(Fetched {
            trace,
            raw: reply.json()?,
        }))
    }

    pub(super) async fn newest(
        &self,
        service: &str,
        operation: Option<&str>,
    ) -> Result<Vec<Summary>, RequestError> {
        let since = SystemTime::now() - LOOK_BACK;
        let found = self.search(service, operation, since).await?;
        Ok(found.iter().map(summary).collect())
    }

    /// Jaeger has no way from a span to those that link to it: what each service did since has to
    /// be looked through.
    async fn back_links(&self, trace: &Trace) -> Result<Vec<BackLink>, RequestError> {
        let start = UNIX_EPOCH + Duration::from_nanos(trace.start_unix_nano);
        let mut links = Vec::new();
        for service in self.services().await? {
            let found = self.search(&service, None, start - CLOCK_SKEW).await?;
            for link in otlp::back_links(trace, &found) {
                // A trace of several services is found with each of them.
                if !links.contains(&link) {
                    links.push(link);
                }
            }
        }
        Ok(links)
    }

    async fn services(&self) -> Result<Vec<String>, RequestError> {
        let reply = self.server.get(&["api", "v3", "services"], &[]).await?;
        Ok(reply.json::<Services>()?.services)
    }

    async fn search(
        &self,
        service: &str,
        operation: Option<&str>,
        since: SystemTime,
    ) -> Result<Vec<Trace>, RequestError> {
        let time = |time| humantime::format_rfc3339_nanos(time).to_string();
        let (since, until) = (time(since), time(SystemTime::now() + CLOCK_SKEW));
        let mut query = vec![
            ("query.service_name", service),
            // Both are required.
            ("query.start_time_min", &since),
            ("query.start_time_max", &until),
        ];
        query.extend(operation.map(|operation| ("query.operation_name", operation)));
        let reply = self.server.get(&["api", "v3", "traces"], &query).await?;
        // Nothing found is a 404 here.
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let spans = reply.json::<Reply>()?.result.resource_spans;
        Ok(otlp::traces(spans, Flags::Kept))
    }
}

fn summary(trace: &Trace) -> Summary {
    let root = trace
        .spans
        .iter()
        .find(|span| span.parent_span_id.is_none());
    Summary {
        trace_id: trace.trace_id.clone(),
        start_unix_nano: trace.start_unix_nano,
        root: root.map(|root| Root {
            service: root.service.clone(),
        }),
    }
}
