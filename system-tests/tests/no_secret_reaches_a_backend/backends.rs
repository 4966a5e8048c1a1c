//! What stores telemetry: Loki and Prometheus with the files of `backends/`, and the trace viewer.

use std::collections::BTreeSet;
use std::fs;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Client;
use serde_json::Value;
use shared_telemetry::task;
use trace_viewer::{Address, Addresses, Limits, Settings, Viewer};

use crate::programs::STARTED;
use system_tests::program::{Running, free_ports};

/// Lines of one answer: as many as Loki gives.
const LINES: usize = 5000;
/// Traces of one answer: as many as the viewer gives.
const TRACES: usize = 1000;

fn configuration(name: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = tests.parent().unwrap().join("backends").join(name);
    fs::read_to_string(path).unwrap()
}

/// `text` with each of `changes`, which must all be there to be made.
fn changed(text: &str, changes: &[(&str, String)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "no {from:?} in\n{text}");
        text.replace(from, to)
    })
}

async fn ask(url: &str, query: &[(&str, &str)]) -> String {
    let answer = Client::new().get(url).query(query).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{url} {query:?}: {status} {text}");
    text
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// From an hour ago to a minute ahead, in whole seconds.
fn recently() -> (String, String) {
    let now = now().as_secs();
    ((now - 3600).to_string(), (now + 60).to_string())
}

pub(crate) struct Loki {
    running: Running,
    url: String,
}

impl Loki {
    pub(crate) async fn start(program: &Path, place: &Path) -> Self {
        let [http, grpc] = free_ports();
        let data = place.join("loki");
        let changes = [
            (
                " 3100",
                format!(" {http}\n  http_listen_address: 127.0.0.1"),
            ),
            (
                " 9096",
                format!(" {grpc}\n  grpc_listen_address: 127.0.0.1"),
            ),
            (" /loki", format!(" {}", data.display())),
            // Its files are searched: nothing in them may be compressed.
            (
                "\ningester:\n",
                "\ningester:\n  chunk_encoding: none\n".to_owned(),
            ),
        ];
        let file = place.join("loki.yaml");
        fs::write(&file, changed(&configuration("loki/loki.yaml"), &changes)).unwrap();
        let url = format!("http://127.0.0.1:{http}");
        let mut command = Command::new(program);
        command.arg(format!("-config.file={}", file.display()));
        let log = place.join("loki.log");
        let running = Running::start(&mut command, log, &format!("{url}/ready"), STARTED).await;
        Self { running, url }
    }

    pub(crate) fn otlp(&self) -> String {
        format!("{}/otlp", self.url)
    }

    /// All labels, and all lines with what hangs on them.
    pub(crate) async fn everything(&self) -> String {
        let all = "{service_name=~\".+\"}";
        let (from, to) = recently();
        let time = [("start", from.as_str()), ("end", to.as_str())];
        let api = format!("{}/loki/api/v1", self.url);
        let mut text = ask(&format!("{api}/labels"), &time).await;
        let [start, end] = time;
        let series = [start, end, ("match[]", all)];
        text += &ask(&format!("{api}/series"), &series).await;
        let mut from = format!("{from}000000000");
        let to = format!("{to}000000000");
        loop {
            let limit = LINES.to_string();
            let query = [
                ("query", all),
                ("limit", &limit),
                ("direction", "forward"),
                ("start", &from),
                ("end", &to),
            ];
            let answer = ask(&format!("{api}/query_range"), &query).await;
            let read: Value = serde_json::from_str(&answer).unwrap();
            let streams = read["data"]["result"].as_array().unwrap();
            let times: Vec<_> = streams
                .iter()
                .flat_map(|stream| stream["values"].as_array().unwrap())
                .map(|value| value[0].as_str().unwrap().parse::<u64>().unwrap())
                .collect();
            text += &answer;
            // Lines of one moment may be on two pages.
            let last = times.iter().max();
            match last {
                Some(last) if times.len() >= LINES => {
                    assert!(last.to_string() > from, "{LINES} lines of one moment");
                    from = last.to_string();
                }
                _ => return text,
            }
        }
    }

    /// Writes all to its files, and stops.
    pub(crate) async fn stop(self) {
        let flush = Client::new().post(format!("{}/flush", self.url)).send();
        assert!(flush.await.unwrap().status().is_success());
        self.running.stop().await;
    }
}

pub(crate) struct Prometheus {
    running: Running,
    url: String,
}

impl Prometheus {
    /// `collector`: the port with the collector's own metrics.
    pub(crate) async fn start(program: &Path, place: &Path, collector: u16) -> Self {
        let [port] = free_ports();
        let rules = rules();
        let targets = place.join("targets.yaml");
        let target = [("collector:8888", format!("127.0.0.1:{collector}"))];
        let text = changed(&configuration("prometheus/targets/collector.yaml"), &target);
        fs::write(&targets, text).unwrap();
        let changes = [
            ("rules/*.yaml", format!("{}/*.yaml", rules.display())),
            ("targets/*.yaml", targets.display().to_string()),
            ("localhost:9090", format!("127.0.0.1:{port}")),
            ("scrape_interval: 15s", "scrape_interval: 1s".to_owned()),
        ];
        let file = place.join("prometheus.yml");
        let text = changed(&configuration("prometheus/prometheus.yml"), &changes);
        fs::write(&file, text).unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                place.join("prometheus").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args([
                "--web.enable-otlp-receiver",
                "--enable-feature=exemplar-storage",
                // Its files are searched: nothing in them may be compressed.
                "--no-storage.tsdb.wal-compression",
            ]);
        let log = place.join("prometheus.log");
        let running = Running::start(&mut command, log, &format!("{url}/-/ready"), STARTED).await;
        Self { running, url }
    }

    pub(crate) fn otlp(&self) -> String {
        format!("{}/api/v1/otlp", self.url)
    }

    /// The sum of a metric over all its series.
    pub(crate) async fn sum(&self, metric: &str) -> f64 {
        let query = format!("sum({metric})");
        let url = format!("{}/api/v1/query", self.url);
        let answer: Value = serde_json::from_str(&ask(&url, &[("query", &query)]).await).unwrap();
        let value = &answer["data"]["result"][0]["value"][1];
        value.as_str().map_or(0.0, |value| value.parse().unwrap())
    }

    /// All series, what is known of their metrics, and all exemplars.
    pub(crate) async fn everything(&self) -> String {
        let all = "{__name__=~\".+\"}";
        let (from, to) = recently();
        let [start, end] = [("start", from.as_str()), ("end", to.as_str())];
        let api = format!("{}/api/v1", self.url);
        let mut text = ask(&format!("{api}/series"), &[start, end, ("match[]", all)]).await;
        text += &ask(&format!("{api}/labels"), &[start, end]).await;
        text += &ask(&format!("{api}/metadata"), &[]).await;
        text += &ask(&format!("{api}/targets/metadata"), &[]).await;
        let exemplars = [start, end, ("query", all)];
        text + &ask(&format!("{api}/query_exemplars"), &exemplars).await
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

fn rules() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().join("backends/prometheus/rules")
}

/// A trace viewer in this process.
pub(crate) struct Traces(Addresses);

impl Traces {
    pub(crate) fn start() -> Self {
        let free = || Address::exactly(([127, 0, 0, 1], 0).into());
        let viewer = Viewer::build(Settings {
            query: free(),
            otlp_http: free(),
            otlp_grpc: free(),
            // Nothing may be forgotten before it was searched.
            limits: Limits {
                traces: 100_000,
                bytes: 1 << 30,
                spans_per_trace: 100_000,
            },
            meanings: Vec::new(),
            readers: Vec::new(),
        })
        .unwrap();
        let addresses = viewer.addresses();
        task::spawn(viewer.run(pending()));
        Self(addresses)
    }

    pub(crate) fn otlp_grpc(&self) -> String {
        self.0.otlp_grpc.to_string()
    }

    /// Every trace, as the file in which the viewer hands it out.
    pub(crate) async fn everything(&self) -> String {
        let api = format!("http://{}/api", self.0.query);
        let mut text = ask(&format!("{api}/services"), &[]).await;
        let limit = TRACES.to_string();
        let list = ask(&format!("{api}/traces"), &[("limit", &limit)]).await;
        let list: Value = serde_json::from_str(&list).unwrap();
        let ids: BTreeSet<_> = list["traces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|trace| trace["trace_id"].as_str().unwrap().to_owned())
            .collect();
        assert!(ids.len() < TRACES, "more traces than can be listed");
        for id in ids {
            text += &ask(&format!("{api}/traces/{id}/otlp"), &[]).await;
        }
        text
    }
}
