//! What a browser or a program asks: the page, and the JSON API of traces, logs and services.

mod answer;
mod dictionary;
mod logs;
mod map;
mod otlp;
mod problem;
mod query;
pub(crate) mod readers;
mod summary;
mod trace;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::Response,
    routing::get,
};
use serde::Serializer;
use serde_json::{Value, json};
use serving::page::guarded;
use shared_telemetry::names::Entry;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{model::TraceId, page, store::SharedStore};
use dictionary::dictionary;
use logs::Logs;
use map::Map;
use otlp::Extent;
pub(crate) use problem::Problem;
use query::SearchQuery;
use summary::Summaries;
use trace::Trace;

/// Queries worked on at the same time; the next ones wait.
const MAX_IN_FLIGHT: usize = 32;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Such answers may be made of all that is kept: writing one takes a whole core for its time.
const LARGE_AT_ONCE: usize = 1;
/// No query has a body.
const MAX_BODY_BYTES: usize = 1024;

const INDEX: &str = "\
trace-viewer: the newest traces, in memory

/api/services                  services and the names of their spans
/api/traces                    search: service, operation, attribute=key=value, status=error,
                               min_duration_ms, linked_to=<trace id>, limit
/api/traces/{trace_id}         a trace, with the traces that link to it
/api/traces/{trace_id}/logs    its log records
/api/traces/{trace_id}/otlp    all of it as an OTLP JSON file; linked=true: with the traces that
                               links join to it; span=<span id>: that span alone
/api/map                       which service calls which, how often, how long
/api/dictionary                what attributes and events mean
/api/stats                     how full the store is
/healthz                       ok
";

type Store = State<Arc<SharedStore>>;
pub(crate) type IdPath = Result<Path<String>, PathRejection>;
/// Sorted by name.
type ServiceNames<'a> = &'a BTreeSet<Arc<str>>;

pub(crate) fn router(store: Arc<SharedStore>, meanings: &[&'static Entry]) -> Router {
    let meanings = dictionary(meanings);
    let json = [(header::CONTENT_TYPE, "application/json")];
    let large = GlobalConcurrencyLimitLayer::new(LARGE_AT_ONCE);
    let routes = Router::new()
        .merge(page::router())
        .route("/api", get(async || INDEX))
        .route("/healthz", get(async || "ok"))
        .route("/api/services", get(services))
        .route("/api/traces", get(search))
        .route("/api/traces/{trace_id}", get(trace_by_id))
        .route("/api/traces/{trace_id}/logs", get(logs_of_trace))
        .route(
            "/api/traces/{trace_id}/otlp",
            get(otlp_of_trace).layer(large.clone()),
        )
        .route("/api/stats", get(stats))
        .route("/api/map", get(map).layer(large))
        .route("/api/dictionary", get(async move || (json, meanings)))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "no such address; /api lists them"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "only GET is accepted here")
        })
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(GlobalConcurrencyLimitLayer::new(MAX_IN_FLIGHT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .with_state(store);
    guarded(routes, None)
}

async fn services(store: Store) -> Json<Value> {
    let services = store.read().services();
    let services: Vec<Value> = services
        .iter()
        .map(|(name, operations)| json!({ "name": name, "operations": operations }))
        .collect();
    Json(json!({ "services": services }))
}

// The lock is held for the copy only, not while JSON is written.

async fn search(store: Store, SearchQuery(search): SearchQuery) -> Response {
    let found = store.read().search(&search);
    answer::json(&Summaries::of(&found))
}

async fn trace_by_id(store: Store, path: IdPath) -> Result<Response, Problem> {
    let id = trace_id(path)?;
    let found = store.read().trace(id);
    let snapshot = found.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("no span of trace {id} is kept"),
        )
    })?;
    Ok(answer::json(&Trace::of(&snapshot)))
}

async fn logs_of_trace(store: Store, path: IdPath) -> Result<Response, Problem> {
    let id = trace_id(path)?;
    let found = store.read().logs(id);
    let records = found.ok_or_else(|| {
        let detail = format!("neither a span nor a log record of trace {id} is kept");
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    Ok(answer::json(&Logs::of(id, &records)))
}

async fn otlp_of_trace(store: Store, path: IdPath, extent: Extent) -> Result<Response, Problem> {
    otlp::file(&store, trace_id(path)?, &extent)
}

async fn stats(store: Store) -> Json<Value> {
    let counts = store.read().counts();
    Json(json!({
        "traces": counts.traces,
        "spans": counts.spans,
        "logs": counts.logs,
        "bytes": counts.bytes,
        "limits": {
            "traces": counts.limits.traces,
            "bytes": counts.limits.bytes,
            "spans_per_trace": counts.limits.spans_per_trace,
        },
        "evicted_traces": counts.evicted_traces,
        "refused_spans": counts.refused_spans,
    }))
}

async fn map(store: Store) -> Response {
    let found = store.read().map();
    answer::json(&Map::of(&found, &map::ids(&found)))
}

pub(crate) fn trace_id(path: IdPath) -> Result<TraceId, Problem> {
    let id = path.ok().and_then(|Path(text)| TraceId::from_hex(&text));
    id.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "a trace id is 32 hex digits"))
}

/// As a decimal string: nanoseconds since 1970 are beyond what JSON readers keep exactly.
fn nanos<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
