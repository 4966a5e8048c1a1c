//! Pages of other origins that may read the API (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>).

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

/// Lets pages of these origins (such as `http://127.0.0.1:8080`) read what `GET` answers under
/// `/api/`. They may ask for nothing else: no credentials, no other method, no header of their own.
pub(crate) fn open_to(readers: Vec<String>, router: Router) -> Router {
    router.layer(from_fn_with_state(Arc::from(readers), let_read))
}

async fn let_read(State(readers): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let allowed = request
        .headers()
        .get(header::ORIGIN)
        .filter(|origin| is_api && readers.iter().any(|reader| *origin == reader.as_str()))
        .cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_api && !readers.is_empty() {
        // A cache must not give one origin what was said to another.
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}
