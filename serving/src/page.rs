//! The headers of a page: they keep a browser from running or fetching what is not the page's own.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response_with_state;
use axum::response::Response;

/// Guards every answer of `routes`, those with data too: scripts and styles come from here alone and
/// none inline, so that a text that got into a page as markup could neither run nor call anyone. The
/// page may call its own server, and `callable`, an origin such as `http://127.0.0.1:16686`.
///
/// # Panics
/// When `callable` is no printable ASCII. The origin of a parsed URL is.
pub fn guarded<S>(routes: Router<S>, callable: Option<&str>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let callable = callable.map_or_else(String::new, |origin| format!(" {origin}"));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{callable}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let policy: HeaderValue = policy
        .try_into()
        .expect("the caller has said an origin of printable ASCII");
    routes.layer(map_response_with_state(policy, with_headers))
}

async fn with_headers(State(policy): State<HeaderValue>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // The page of a newer program must not run with an older one's files.
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
