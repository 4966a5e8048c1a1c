//! Tempo's HTTP API: traces by id as OTLP in protobuf's JSON, and TraceQL.

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use super::Fetched;
use super::otlp::{self, Flags};
use crate::http_client::{RequestError, Server};
use crate::otlp_json::ResourceSpans;
use crate::trace::{BackLink, Kind, Root, Summary, Trace};

/// What a search gives for a root that has not arrived.
const NO_ROOT_YET: &str = "<root span not yet received>";

pub(crate) struct Tempo {
    server: Server,
}

/// An unknown trace is answered 200 with an empty one.
#[derive(Deserialize)]
struct Reply {
    trace: Option<Spans>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spans {
    resource_spans: Option<Vec<ResourceSpans>>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    traces: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    /// Without its leading zeros.
    #[serde(rename = "traceID")]
    trace_id: String,
    root_service_name: Option<String>,
    start_time_unix_nano: String,
}

impl Tempo {
    pub(super) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("Tempo", url),
        }
    }

    pub(super) async fn reach(&self) -> Result<(), RequestError> {
        #[derive(Deserialize)]
        struct Tags {
            #[serde(rename = "tagValues")]
            _values: Vec<Value>,
        }
        let path = [
            "api",
            "v2",
            "search",
            "tag",
            "resource.service.name",
            "values",
        ];
        self.server.get(&path, &[]).await?.json::<Tags>().map(drop)
    }

    pub(super) async fn trace(&self, trace_id: &str) -> Result<Option<Fetched>, RequestError> {
        let Some((mut trace, raw)) = self.by_id(trace_id).await? else {
            return Ok(None);
        };
        if trace.spans.iter().any(|span| span.kind == Kind::Producer) {
            trace.linked_from = self.back_links(&trace).await?;
        }
        Ok(Some(Fetched { trace, raw }))
    }

    pub(super) async fn newest(
        &self,
        service: &str,
        operation: Option<&str>,
    ) -> Result<Vec<Summary>, RequestError> {
        let query = match operation {
            Some(name) => {
                format!(r#"{{ resource.service.name = "{service}" && name = "{name}" }}"#)
            }
            None => format!(r#"{{ resource.service.name = "{service}" }}"#),
        };
        let rows = self.search(&query).await?;
        Ok(rows.into_iter().map(Row::into_summary).collect())
    }

    async fn by_id(&self, trace_id: &str) -> Result<Option<(Trace, Value)>, RequestError> {
        let path = ["api", "v2", "traces", trace_id];
        let reply = self.server.get(&path, &[]).await?;
        if reply.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let spans = reply.json::<Reply>()?.trace;
        let spans = spans.and_then(|spans| spans.resource_spans);
        // It does not give flags back.
        let mut traces = otlp::traces(spans.unwrap_or_default(), Flags::Lost).into_iter();
        let trace = traces.find(|trace| trace.trace_id == trace_id);
        Ok(match trace {
            Some(trace) => Some((trace, reply.json()?)),
            None => None,
        })
    }

    async fn back_links(&self, trace: &Trace) -> Result<Vec<BackLink>, RequestError> {
        let full = trace.trace_id.as_str();
        // With the whole id a link is not found whose id begins with a zero.
        let stripped = full.trim_start_matches('0');
        let query = format!(r#"{{ link:traceID = "{full}" || link:traceID = "{stripped}" }}"#);
        let mut others = Vec::new();
        for row in self.search(&query).await? {
            let found = self.by_id(&padded(&row.trace_id)).await?;
            others.extend(found.map(|(trace, _)| trace));
        }
        Ok(otlp::back_links(trace, &others))
    }

    async fn search(&self, query: &str) -> Result<Vec<Row>, RequestError> {
        let query = [("q", query), ("limit", "100")];
        let reply = self.server.get(&["api", "search"], &query).await?;
        Ok(reply.json::<Found>()?.traces)
    }
}

impl Row {
    fn into_summary(self) -> Summary {
        let root = self.root_service_name.filter(|name| name != NO_ROOT_YET);
        Summary {
            trace_id: padded(&self.trace_id),
            start_unix_nano: self.start_time_unix_nano.parse().unwrap_or_default(),
            root: root.map(|service| Root { service }),
        }
    }
}

fn padded(trace_id: &str) -> String {
    format!("{trace_id:0>32}")
}
