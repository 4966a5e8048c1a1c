//! Prometheus's query API: numbers, and the trace ids that stand beside them as exemplars.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Url;
use serde::Deserialize;

use crate::http_client::{RequestError, Server};

pub(crate) struct Prometheus {
    server: Server,
}

#[derive(Deserialize)]
struct Reply<Data> {
    data: Data,
}

#[derive(Deserialize)]
struct Vector {
    result: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

#[derive(Deserialize)]
struct Series {
    exemplars: Vec<Exemplar>,
}

#[derive(Deserialize)]
struct Exemplar {
    labels: BTreeMap<String, String>,
    /// Seconds since the epoch.
    timestamp: f64,
}

impl Prometheus {
    pub(crate) fn new(url: &Url) -> Self {
        Self {
            server: Server::new("Prometheus", url),
        }
    }

    pub(crate) async fn reach(&self) -> Result<(), RequestError> {
        #[derive(Deserialize)]
        struct BuildInfo {
            #[serde(rename = "version")]
            _version: String,
        }
        let path = ["api", "v1", "status", "buildinfo"];
        let reply = self.server.get(&path, &[]).await?;
        reply.json::<Reply<BuildInfo>>().map(drop)
    }

    /// What a query says now, by the value of one label.
    pub(crate) async fn by_label(
        &self,
        query: &str,
        label: &str,
    ) -> Result<BTreeMap<String, f64>, RequestError> {
        let path = ["api", "v1", "query"];
        let reply = self.server.get(&path, &[("query", query)]).await?;
        let samples = reply.json::<Reply<Vector>>()?.data.result;
        let value = |mut sample: Sample| {
            let name = sample.metric.remove(label)?;
            Some((name, sample.value.1.parse().ok()?))
        };
        Ok(samples.into_iter().filter_map(value).collect())
    }

    /// The trace ids of a series' exemplars in the last `age`, each once, newest first.
    pub(crate) async fn exemplars(
        &self,
        query: &str,
        age: Duration,
    ) -> Result<Vec<String>, RequestError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
        let (start, end) = (seconds(now.saturating_sub(age)), seconds(now));
        let query = [("query", query), ("start", &start), ("end", &end)];
        let path = ["api", "v1", "query_exemplars"];
        let series = self.server.get(&path, &query).await?;
        let series = series.json::<Reply<Vec<Series>>>()?.data;
        let mut all: Vec<Exemplar> = series.into_iter().flat_map(|one| one.exemplars).collect();
        all.sort_by(|a, b| b.timestamp.total_cmp(&a.timestamp));
        let mut ids: Vec<String> = Vec::new();
        for mut exemplar in all {
            if let Some(id) = exemplar.labels.remove("trace_id")
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}
