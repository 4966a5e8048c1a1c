//! Loki's query API: log lines by trace id.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Url;
use serde::Deserialize;

use crate::http_client::{RequestError, Server};
use crate::trace::Log;

/// An order is looked for within minutes; clocks differ.
const AROUND: Duration = Duration::from_secs(3600);

pub(crate) struct Loki {
    server: Server,
}

#[derive(Deserialize)]
struct Reply {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Stream>,
}

/// Labels and structured metadata together, and the lines that have them.
#[derive(Deserialize)]
struct Stream {
    stream: BTreeMap<String, String>,
    values: Vec<(String, String)>,
}

impl Loki {
    pub(crate) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("Loki", url),
        }
    }

    pub(crate) async fn reach(&self) -> Result<(), RequestError> {
        #[derive(Deserialize)]
        struct Labels {
            #[serde(rename = "status")]
            _status: String,
        }
        let path = ["loki", "api", "v1", "labels"];
        self.server
            .get(&path, &[])
            .await?
            .json::<Labels>()
            .map(drop)
    }

    /// The lines under a trace id.
    pub(crate) async fn logs(&self, trace_id: &str) -> Result<Vec<Log>, RequestError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let nanos = |time: Duration| time.as_nanos().to_string();
        let (start, end) = (nanos(now.saturating_sub(AROUND)), nanos(now + AROUND));
        // The id is structured metadata, which is filtered: as a label it would find nothing.
        let query = format!(r#"{{service_name=~".+"}} | trace_id="{trace_id}""#);
        let query = [
            ("query", query.as_str()),
            ("start", &start),
            ("end", &end),
            ("limit", "5000"),
        ];
        let path = ["loki", "api", "v1", "query_range"];
        let reply = self.server.get(&path, &query).await?.json::<Reply>()?;
        Ok(reply.data.result.into_iter().flat_map(lines).collect())
    }
}

fn lines(stream: Stream) -> Vec<Log> {
    let of = |name: &str| stream.stream.get(name).cloned().unwrap_or_default();
    let labels = stream.stream.iter();
    let rest: BTreeMap<_, _> = labels
        .map(|(label, value)| (label.clone(), value.as_str().into()))
        .collect();
    let log = |line: &(String, String)| {
        let mut rest = rest.clone();
        rest.insert("body".to_owned(), line.1.as_str().into());
        Log {
            service: of("service_name"),
            trace_id: of("trace_id"),
            span_id: of("span_id"),
            rest,
        }
    };
    stream.values.iter().map(log).collect()
}
