//! A backend of metrics, by HTTP, that remembers how many spans were counted.

use std::collections::HashMap;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use flate2::read::GzDecoder;
use prost::Message as _;
use shared_telemetry::otlp::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use shared_telemetry::otlp::proto::metrics::v1::{metric, number_data_point};
use shared_telemetry::task;

use crate::sinks::listen;

/// Spans by name, kind and status, counted before the sampler: `collector/red-metrics.yaml`.
const CALLS: &str = "traces.span.metrics.calls";

/// The last word of each series of [`CALLS`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted(Arc<Mutex<HashMap<String, i64>>>);

impl Counted {
    /// Gives its address too.
    pub(crate) async fn start() -> Result<(Self, SocketAddr), String> {
        let (listener, address) = listen().await?;
        let counted = Self::default();
        let router = Router::new()
            .route("/v1/metrics", post(take))
            .fallback(async || StatusCode::OK)
            .with_state(counted.clone());
        task::spawn(async move { axum::serve(listener, router).await });
        Ok((counted, address))
    }

    /// All spans.
    pub(crate) fn spans(&self) -> usize {
        let series = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        usize::try_from(series.values().sum::<i64>()).unwrap_or_default()
    }

    fn add(&self, export: ExportMetricsServiceRequest) {
        let mut series = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for group in export.resource_metrics {
            let resource = format!("{:?}", group.resource.unwrap_or_default().attributes);
            let metrics = group
                .scope_metrics
                .into_iter()
                .flat_map(|scope| scope.metrics);
            for metric in metrics.filter(|metric| metric.name == CALLS) {
                let Some(metric::Data::Sum(sum)) = metric.data else {
                    continue;
                };
                for point in sum.data_points {
                    let name = format!("{resource}{:?}", point.attributes);
                    if let Some(number_data_point::Value::AsInt(count)) = point.value {
                        series.insert(name, count);
                    }
                }
            }
        }
    }
}

async fn take(State(counted): State<Counted>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let packed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    let mut bytes = body.to_vec();
    if packed {
        bytes = Vec::new();
        if GzDecoder::new(&*body).read_to_end(&mut bytes).is_err() {
            return StatusCode::BAD_REQUEST;
        }
    }
    match ExportMetricsServiceRequest::decode(&*bytes) {
        Ok(export) => {
            counted.add(export);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
