//! Others ask us: the storefront, a page with its files, and what it must know of this system.

mod files;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use contracts::{Fault, Faults};
use serde::Serialize;
use serving::Problem;
use serving::extract::Path;

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
    let policy = policy(storefront.viewer_url.as_ref());
    Router::new()
        .route("/", get(async || Html(files::PAGE)))
        .route("/assets/{name}", get(asset))
        .route("/storefront.json", get(facts))
        .with_state(Arc::new(storefront))
        .layer(map_response_with_state(policy, guarded))
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

/// Scripts and styles from here alone and none inline; calls to here, and to the viewer, which
/// tells what became of a trace.
fn policy(viewer: Option<&ViewerUrl>) -> HeaderValue {
    let viewer = viewer.map_or_else(String::new, |viewer| format!(" {}", viewer.origin()));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{viewer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    policy
        .try_into()
        .expect("a parsed URL's origin is printable ASCII")
}

async fn guarded(State(policy): State<HeaderValue>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // The page of a newer gateway must not run with an older one's files.
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
