//! Takes the metrics of a running system, which the viewer does not keep, and holds them against
//! the dictionary.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use prost::Message;
use shared_telemetry::names::{Entry, Instrument, Seen, What};
use shared_telemetry::otlp::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use shared_telemetry::otlp::proto::metrics::v1::Metric;
use shared_telemetry::otlp::proto::metrics::v1::metric::Data;
use shared_telemetry::task;
use tokio::net::TcpListener;

/// An OTLP receiver of metrics.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: Received,
}

type Received = Arc<Mutex<Vec<Metric>>>;

impl Receiver {
    pub(crate) async fn start() -> Self {
        let received = Received::default();
        let router = Router::new()
            .route("/v1/metrics", post(keep))
            .with_state(Arc::clone(&received));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        task::spawn(async move { axum::serve(listener, router).await });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1/metrics", self.address)
    }

    /// What was emitted and is not in the dictionary, or not as it says.
    pub(crate) fn strangers(&self, dictionary: &[&Entry]) -> Vec<String> {
        let known: BTreeMap<_, _> = metrics(dictionary)
            .map(|entry| (entry.name, entry))
            .collect();
        let mut found = BTreeSet::new();
        for metric in self.received.lock().unwrap().iter() {
            let name = metric.name.as_str();
            match known.get(name).map(|entry| &entry.what) {
                Some(What::Metric {
                    instrument,
                    unit,
                    attributes,
                }) => {
                    let (told, keys) = told(metric);
                    if told != std::mem::discriminant(instrument) || metric.unit != *unit {
                        found.insert(format!("metric {name} is {:?}", metric.data));
                    }
                    let strange = keys
                        .iter()
                        .filter(|key| !attributes.contains(&key.as_str()));
                    found.extend(strange.map(|key| format!("metric {name} has {key}")));
                }
                _ => drop(found.insert(format!("metric {name}"))),
            }
        }
        found.into_iter().collect()
    }

    /// What the dictionary has as always there and nobody emitted.
    pub(crate) fn unseen(&self, dictionary: &[&Entry]) -> Vec<String> {
        let received = self.received.lock().unwrap();
        let seen: BTreeSet<_> = received.iter().map(|metric| metric.name.as_str()).collect();
        metrics(dictionary)
            .filter(|entry| entry.seen == Seen::Always && !seen.contains(entry.name))
            .map(|entry| format!("metric {}", entry.name))
            .collect()
    }
}

async fn keep(State(received): State<Received>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    let scopes = request
        .resource_metrics
        .into_iter()
        .flat_map(|resource| resource.scope_metrics);
    let metrics = scopes.flat_map(|scope| scope.metrics);
    received.lock().unwrap().extend(metrics);
}

fn metrics<'d>(dictionary: &[&'d Entry]) -> impl Iterator<Item = &'d Entry> {
    let metric = |entry: &&Entry| matches!(entry.what, What::Metric { .. });
    dictionary.iter().copied().filter(metric)
}

/// The sort of a metric, and the keys of its data points.
fn told(metric: &Metric) -> (std::mem::Discriminant<Instrument>, BTreeSet<String>) {
    let (instrument, attributes): (_, Vec<_>) = match metric.data.as_ref().expect("data") {
        Data::Sum(sum) => {
            let instrument = if sum.is_monotonic {
                Instrument::Counter
            } else {
                Instrument::UpDownCounter
            };
            let points = sum.data_points.iter();
            (
                instrument,
                points.flat_map(|point| &point.attributes).collect(),
            )
        }
        Data::Gauge(gauge) => {
            let points = gauge.data_points.iter();
            let attributes = points.flat_map(|point| &point.attributes);
            (Instrument::Gauge, attributes.collect())
        }
        Data::Histogram(histogram) => {
            let points = histogram.data_points.iter();
            let attributes = points.flat_map(|point| &point.attributes);
            (Instrument::Histogram(&[]), attributes.collect())
        }
        other => panic!("{other:?}"),
    };
    let keys = attributes.iter().map(|pair| pair.key.clone()).collect();
    (std::mem::discriminant(&instrument), keys)
}
