//! Inventory as it really runs, on free ports and a database of its own.

use std::path::PathBuf;

use contracts::Faults;
use contracts::inventory::inventory_client::InventoryClient;
use contracts::inventory::{ReserveStockRequest, StockLine};
use database::Url;
use inventory::App;
use inventory::config::Settings;
use serde_json::Value;
use serving::listen::Limits;
use serving::{Application, Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::testing::{Recorder, TraceTree, recorder};
use shared_telemetry::{TraceId, task};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tonic::Request;
use tonic::transport::Channel;

pub(crate) struct Inventory {
    http: String,
    grpc: String,
    recorder: Recorder,
    trigger: ShutdownTrigger,
    running: JoinHandle<Result<(), StartError>>,
    dir: TempDir,
}

impl Inventory {
    /// On an SQLite file.
    pub(crate) async fn start() -> Self {
        Self::start_with(Faults::default()).await
    }

    pub(crate) async fn start_with(faults: Faults) -> Self {
        let dir = TempDir::new().unwrap();
        let database = Url::Sqlite(dir.path().join("inventory.db"));
        Self::run(dir, database, faults).await
    }

    pub(crate) async fn start_on(database: Url) -> Self {
        Self::run(TempDir::new().unwrap(), database, Faults::default()).await
    }

    async fn run(dir: TempDir, database: Url, faults: Faults) -> Self {
        let recorder = recorder();
        let settings = Settings {
            http_addr: "127.0.0.1:0".parse().unwrap(),
            grpc_addr: "127.0.0.1:0".parse().unwrap(),
            limits: Limits::default(),
            database,
            faults,
        };
        let app = App::build(settings).await.unwrap();
        let (http, grpc) = (
            format!("http://{}", app.addr()),
            format!("http://{}", app.grpc_addr()),
        );
        let (trigger, shutdown) = Shutdown::new();
        let running = task::spawn(app.run(shutdown));
        Self {
            http,
            grpc,
            recorder,
            trigger,
            running,
            dir,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.path().join("inventory.db")
    }

    pub(crate) async fn client(&self) -> InventoryClient<Channel> {
        InventoryClient::connect(self.grpc.clone()).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.http)).await.unwrap()
    }

    /// What `GET /stock/{sku}` says is there.
    pub(crate) async fn left(&self, sku: &str) -> u64 {
        let response = self.get(&format!("/stock/{sku}")).await;
        assert_eq!(response.status(), 200);
        let stock: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(stock["sku"], sku);
        stock["available"].as_u64().unwrap()
    }

    /// The trace of a call that came with [`traced`], once its SERVER span has ended: it is the
    /// last of the expected number.
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

pub(crate) fn lines(lines: &[(&str, u32)]) -> Vec<StockLine> {
    let line = |&(sku, quantity): &(&str, u32)| StockLine {
        sku: sku.to_owned(),
        quantity,
    };
    lines.iter().map(line).collect()
}

pub(crate) fn order(id: &str, wanted: &[(&str, u32)]) -> ReserveStockRequest {
    ReserveStockRequest {
        order_id: id.to_owned(),
        lines: lines(wanted),
        allow_released: false,
    }
}

/// As [`order`], asked for anew after it was given up.
pub(crate) fn order_anew(id: &str, wanted: &[(&str, u32)]) -> ReserveStockRequest {
    ReserveStockRequest {
        allow_released: true,
        ..order(id, wanted)
    }
}

/// A trace id that a caller brings along, different for each `n`.
pub(crate) fn trace_id(n: u8) -> String {
    format!("1bf7651916cd43dd8448eb211c8031{n:02x}")
}

/// A call within a caller's sampled span of trace `id`, for a customer of tier gold.
pub(crate) fn traced<T>(message: T, id: &str) -> Request<T> {
    traced_with(message, id, "app.customer.tier=gold")
}

/// As [`traced`], with this baggage instead.
pub(crate) fn traced_with<T>(message: T, id: &str, baggage: &str) -> Request<T> {
    let mut request = Request::new(message);
    let traceparent = format!("00-{id}-00f067aa0ba902b7-01");
    request
        .metadata_mut()
        .insert("traceparent", traceparent.parse().unwrap());
    request
        .metadata_mut()
        .insert("baggage", baggage.parse().unwrap());
    request
}
