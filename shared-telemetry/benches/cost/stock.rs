//! The peer: what documentation and blogs show, with the SDK's parts as they come.
//!
//! tracing-opentelemetry with its defaults, the SDK's propagator, batch processor and OTLP
//! encoding, a middleware for axum, a `HashMap` for the headers of a Kafka message.

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use shared_telemetry::http::HeaderCarrier;
use tokio::runtime::Builder;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

/// Runs `work` with it, started and stopped.
pub(crate) fn with(work: impl FnOnce()) {
    // Its gRPC connection is a task of the runtime on which it is made.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a thread to export on");
    let exporter = {
        let _entered = runtime.enter();
        opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .build()
            .expect("the endpoint is a URL")
    };
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_batch_exporter(exporter)
        .build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
    // Without it, what the exporter's connection says of itself would be exported as well.
    let filter = "info,h2=off,hyper=off,hyper_util=off,tonic=off,tower=off";
    let filter: tracing_subscriber::filter::Targets = filter.parse().expect("directives");
    let subscriber = tracing_subscriber::registry().with(filter).with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("the first");
    work();
    let stopped = provider.shutdown_with_timeout(Duration::from_secs(60));
    stopped.expect("all of it arrives");
}

pub(crate) fn http_layer(routes: Router) -> Router {
    routes.layer(middleware::from_fn(traced))
}

async fn traced(request: Request, next: Next) -> Response {
    let parent = global::get_text_map_propagator(|propagator| {
        propagator.extract(&HeaderCarrier(request.headers()))
    });
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        http.request.method = %request.method(),
        http.route = route,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        url.scheme = "http",
        network.protocol.version = "1.1",
        server.address = text(request.headers(), header::HOST),
        user_agent.original = text(request.headers(), header::USER_AGENT),
    );
    let _set = span.set_parent(parent);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

pub(crate) fn kafka_span(message: &BorrowedMessage<'_>) -> Span {
    let mut carrier = HashMap::new();
    for header in message
        .headers()
        .into_iter()
        .flat_map(|headers| headers.iter())
    {
        let value = String::from_utf8_lossy(header.value.unwrap_or_default());
        carrier.insert(header.key.to_owned(), value.into_owned());
    }
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&carrier));
    let span = tracing::info_span!(
        "process",
        otel.name = format!("process {}", message.topic()),
        otel.kind = "consumer",
        messaging.system = "kafka",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = message.topic(),
        messaging.consumer.group.name = "bench",
        messaging.destination.partition.id = message.partition(),
        messaging.kafka.offset = message.offset(),
    );
    let _set = span.set_parent(parent);
    span
}
