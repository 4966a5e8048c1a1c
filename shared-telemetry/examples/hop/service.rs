//! `POST /test`, as the W3C suite asks for it: `[{"url": U, "arguments": [...]}]`, and each
//! `arguments` is posted to its `url`.
//!
//! Who may ask a service to send requests can use it against others, so all is bounded: the body,
//! the number of requests that one question can cause in all, how deep they nest, the time, and
//! where they go.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use reqwest::Url;
use shared_telemetry::http::{Client, ServerLayer};

const MAX_BODY_BYTES: usize = 64 * 1024;
/// All requests that one question causes, those of the hops behind it included.
const MAX_HOPS: usize = 32;
const MAX_DEPTH: usize = 8;
/// For each request; the suite waits 5 seconds.
const TIME_LIMIT: Duration = Duration::from_secs(4);

/// Where requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Targets {
    /// This machine only.
    Loopback,
    /// Anywhere: `--allow-remote`.
    Any,
}

#[derive(Clone)]
struct Hop {
    client: Client,
    targets: Targets,
}

/// One request to send.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Request {
    url: String,
    #[serde(default)]
    arguments: Vec<Request>,
}

type Refusal = (StatusCode, String);

/// The service with its real layer and client.
pub(crate) fn router(targets: Targets) -> Result<Router, reqwest::Error> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIME_LIMIT)
        .build()?;
    let client = Client::new(client);
    Ok(Router::new()
        .route("/test", post(test))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(ServerLayer::new())
        .with_state(Hop { client, targets }))
}

async fn test(State(hop): State<Hop>, body: String) -> Result<Json<usize>, Refusal> {
    // The suite's own start-up probe has no body.
    if body.trim().is_empty() {
        return Ok(Json(0));
    }
    let requests: Vec<Request> = serde_json::from_str(&body).map_err(|error| {
        let fault = format!("the body is no list of {{\"url\", \"arguments\"}}: {error}");
        (StatusCode::BAD_REQUEST, fault)
    })?;
    within_bounds(&requests)?;
    let urls: Vec<Url> = requests
        .iter()
        .map(|request| hop.target(&request.url))
        .collect::<Result<_, _>>()?;
    for (request, url) in requests.iter().zip(urls) {
        let call = hop.client.post(url).json(&request.arguments);
        hop.client.send(call).await.map_err(|error| {
            let fault = format!("no answer from {}: {error}", request.url);
            (StatusCode::BAD_GATEWAY, fault)
        })?;
    }
    Ok(Json(requests.len()))
}

fn within_bounds(requests: &[Request]) -> Result<(), Refusal> {
    let (hops, depth) = measure(requests);
    if hops > MAX_HOPS || depth > MAX_DEPTH {
        let fault = format!(
            "{hops} requests in all, {depth} deep: at most {MAX_HOPS} requests and a depth of \
             {MAX_DEPTH} are sent"
        );
        return Err((StatusCode::UNPROCESSABLE_ENTITY, fault));
    }
    Ok(())
}

/// The requests in all and the depth. The JSON reader has bounded the recursion.
fn measure(requests: &[Request]) -> (usize, usize) {
    requests.iter().fold((0, 0), |(hops, depth), request| {
        let (behind, below) = measure(&request.arguments);
        (hops + 1 + behind, depth.max(1 + below))
    })
}

impl Hop {
    fn target(&self, url: &str) -> Result<Url, Refusal> {
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "http");
        let Some(parsed) = parsed else {
            let fault = format!("{url:?} is no http URL");
            return Err((StatusCode::BAD_REQUEST, fault));
        };
        if self.targets == Targets::Any || is_loopback(&parsed) {
            return Ok(parsed);
        }
        let fault =
            format!("{url:?} is not on this machine: start with --allow-remote to send there");
        Err((StatusCode::FORBIDDEN, fault))
    }
}

/// By the address as it is written. A name other than `localhost` may lead anywhere.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}
