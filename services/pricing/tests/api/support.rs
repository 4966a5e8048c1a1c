//! Pricing as it really runs, on a free port and a database of its own.

use std::path::PathBuf;
use std::time::Duration;

use contracts::Faults;
use database::Url;
use pricing::App;
use pricing::config::Settings;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use serving::listen::Limits;
use serving::{Application, Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::testing::{Recorder, TraceTree, recorder};
use shared_telemetry::{TraceId, task};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A trace id that a caller brings along, different for each `n`.
pub(crate) fn trace_id(n: u8) -> String {
    format!("0af7651916cd43dd8448eb211c8031{n:02x}")
}

pub(crate) struct Pricing {
    base: String,
    http: reqwest::Client,
    recorder: Recorder,
    trigger: ShutdownTrigger,
    running: JoinHandle<Result<(), StartError>>,
    dir: TempDir,
}

impl Pricing {
    /// On an SQLite file.
    pub(crate) async fn start() -> Self {
        Self::start_with(Faults::default()).await
    }

    pub(crate) async fn start_with(faults: Faults) -> Self {
        let dir = TempDir::new().unwrap();
        let database = Url::Sqlite(dir.path().join("pricing.db"));
        Self::run(dir, database, faults).await
    }

    pub(crate) async fn start_on(database: Url) -> Self {
        Self::run(TempDir::new().unwrap(), database, Faults::default()).await
    }

    async fn run(dir: TempDir, database: Url, faults: Faults) -> Self {
        let recorder = recorder();
        let settings = Settings {
            http_addr: "127.0.0.1:0".parse().unwrap(),
            limits: Limits::default(),
            database,
            quote_cache_ttl: Duration::from_secs(3600),
            faults,
        };
        let app = App::build(settings).await.unwrap();
        let base = format!("http://{}", app.addr());
        let (trigger, shutdown) = Shutdown::new();
        let running = task::spawn(app.run(shutdown));
        Self {
            base,
            http: reqwest::Client::new(),
            recorder,
            trigger,
            running,
            dir,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.path().join("pricing.db")
    }

    pub(crate) fn request(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    /// The trace of a request that came with [`traced`], once its SERVER span has ended: it is
    /// the last of the expected number.
    pub(crate) async fn trace(&self, id: &str, server: &str, spans: usize) -> TraceTree {
        let id = TraceId::from_hex(id).unwrap();
        let tree = self.recorder.trace_when(id, |tree| tree.has(server)).await;
        assert_eq!(tree.len(), spans, "{tree}");
        tree
    }

    /// Stops as a signal would, waits for the end, and gives what is left: the database's folder.
    pub(crate) async fn stop(self) -> TempDir {
        self.trigger.request();
        self.running.await.unwrap().unwrap();
        self.dir
    }
}

/// Adds the context of a caller's sampled span of trace `id`.
pub(crate) fn traced(request: reqwest::RequestBuilder, id: &str) -> reqwest::RequestBuilder {
    request.header("traceparent", format!("00-{id}-00f067aa0ba902b7-01"))
}

/// Reads a problem, after checking that it is a whole one.
pub(crate) async fn problem(response: Response, status: u16) -> String {
    assert_eq!(response.status().as_u16(), status);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/problem+json");
    let (traceresponse, timing) = (header("traceresponse"), header("server-timing"));
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let trace_id = body["trace_id"].as_str().unwrap();
    assert!(
        traceresponse.starts_with(&format!("00-{trace_id}-")),
        "{traceresponse}"
    );
    assert!(timing.contains(&traceresponse), "{timing}");
    assert_eq!(body["status"], status);
    body["detail"].as_str().unwrap().to_owned()
}
