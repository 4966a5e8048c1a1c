//! The usual recipe: what documentation and blogs show, with the SDK's parts as they come.
//!
//! tracing-opentelemetry with its defaults, a middleware for axum, a `HashMap` for the headers of
//! a Kafka message, the JSON formatter of tracing-subscriber.

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use opentelemetry::global;
use opentelemetry::trace::{Status, TracerProvider as _};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use shared_telemetry::http::HeaderCarrier;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::sdk;
use crate::service::Refused;
use crate::system::{System, Work};
use crate::{kafka, macros, sql};

/// As a middleware for axum.
pub const STOCK: System = System {
    name: "stock recipe",
    with,
    layer: |routes: Router| routes.layer(middleware::from_fn(traced)),
    in_request: macros::in_request,
    spans: macros::spans,
    wide_spans: macros::wide_spans,
    fail,
};

/// Does the work with it.
///
/// # Panics
/// Where a subscriber is there already.
pub fn with(work: Work<'_>) {
    sdk::with(|provider| {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        // Without it, what the exporter's connection says of itself would be exported as well,
        // and what axum says of a refusal would be an event.
        let filter = "info,h2=off,hyper=off,hyper_util=off,tonic=off,tower=off,otel::tracing=trace";
        let filter: Targets = filter.parse().expect("directives");
        let subscriber = tracing_subscriber::registry().with(filter).with(layer);
        tracing::subscriber::set_global_default(subscriber).expect("the first");
        work();
    });
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

/// tracing-opentelemetry makes `exception.message` and `exception.stacktrace` of the field.
pub fn fail(refused: &Refused) {
    tracing::error!(error = refused as &(dyn Error + 'static), "exception");
    Span::current().set_status(Status::error(refused.to_string()));
}

/// The JSON formatter of tracing-subscriber as it is: no ids, and no span's fields either.
pub fn with_lines(work: Work<'_>) {
    let json = tracing_subscriber::fmt::layer()
        .json()
        .with_current_span(false)
        .with_span_list(false);
    let subscriber = tracing_subscriber::registry().with(json);
    tracing::subscriber::with_default(subscriber, work);
}

/// A span for each message.
///
/// # Panics
/// Where the broker is gone.
pub fn messages(rounds: u32, broker: kafka::Broker<'_>) {
    crate::block_on(async {
        let consumer = kafka::consumer(rounds, broker, kafka::TOPIC);
        for _ in 0..rounds {
            let message = consumer.recv().await.expect("the broker is up");
            message_span(&message).in_scope(|| black_box(message.payload()));
        }
    });
}

fn message_span(message: &BorrowedMessage<'_>) -> Span {
    let mut carrier = HashMap::new();
    let headers = message.headers().into_iter();
    for header in headers.flat_map(|headers| headers.iter()) {
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

/// A span for each statement, with the attributes of ours.
///
/// # Panics
/// Never: the query has no errors.
pub fn statements(rounds: u32) {
    crate::block_on(async {
        for _ in 0..rounds {
            let span = tracing::info_span!(
                "SELECT items",
                otel.kind = "client",
                db.system.name = "sqlite",
                db.namespace = "shop",
                db.collection.name = "items",
                db.operation.name = "SELECT",
                db.query.summary = "SELECT items",
                db.query.text = sql::SELECT.text(),
            );
            black_box(sql::query().instrument(span).await.expect("the row"));
        }
    });
}
