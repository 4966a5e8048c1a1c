//! Others ask us: the storefront, a page with its files, and what it must know of this system.

mod files;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use contracts::{Fault, Faults};
use serde::Serialize;
use serving::extract::Path;
use serving::{Problem, page};

use crate::browser_spans_api::{BrowserSpans, Peer};
use crate::config::{TraceUrl, ViewerUrl};

/// What the page is told.
#[derive(Clone)]
pub(crate) struct Storefront {
    pub(crate) browser_spans: BrowserSpans,
    pub(crate) viewer_url: Option<ViewerUrl>,
    pub(crate) trace_url: Option<TraceUrl>,
    pub(crate) faults: Faults,
}

/// The page's own requests are traced like anybody's; its files are not worth a trace, nor is
/// what is about telemetry.
pub(crate) fn routes(storefront: Storefront) -> Router {
    // Which tells what became of a trace.
    let viewer = storefront.viewer_url.as_ref().map(ViewerUrl::origin);
    let routes = Router::new()
        .route("/", get(async || Html(files::PAGE)))
        .route("/assets/{name}", get(asset))
        .route("/storefront.json", get(facts))
        .with_state(Arc::new(storefront));
    page::guarded(routes, viewer.as_deref())
}

async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let (content_type, content) = files::asset(&name)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "the storefront has no such file"))?;
    Ok(([(header::CONTENT_TYPE, content_type)], content).into_response())
}

#[derive(Serialize)]
struct Facts {
    /// Whether the page should begin traces: a parent that nobody exports would be missing.
    telemetry: bool,
    viewer_url: Option<ViewerUrl>,
    trace_url: Option<TraceUrl>,
    /// What can be asked to go wrong.
    faults: Vec<&'static str>,
    service: ServiceFacts,
}

#[derive(Serialize)]
struct ServiceFacts {
    version: &'static str,
}

async fn facts(
    State(storefront): State<Arc<Storefront>>,
    peer: Peer,
    headers: HeaderMap,
) -> Json<Facts> {
    let faults = Fault::ALL.iter().filter(|_| storefront.faults.listening());
    Json(Facts {
        telemetry: storefront.browser_spans.taken_from(&headers, &peer),
        viewer_url: storefront.viewer_url.clone(),
        trace_url: storefront.trace_url.clone(),
        faults: faults.map(|fault| fault.name()).collect(),
        service: ServiceFacts {
            version: env!("CARGO_PKG_VERSION"),
        },
    })
}
