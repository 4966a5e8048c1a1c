//! Plain HTTP to a gateway or a backend: one deadline a request, bounded answers, and errors that
//! name the address.

use std::time::Duration;

use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A server on this machine answers in milliseconds; one that hangs must not hang us.
const TIMEOUT: Duration = Duration::from_secs(5);

/// More than any trace of a backend whose whole store is bounded.
const MAX_ANSWER: usize = 128 * 1024 * 1024;

/// Why a server gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("the {server} at {url} cannot be reached: {reason}")]
    Unreachable {
        server: &'static str,
        url: Box<Url>,
        reason: String,
    },
    #[error("the {server} refused {method} {url} with {status}{detail}")]
    Refused {
        server: &'static str,
        method: Method,
        url: Box<Url>,
        status: StatusCode,
        detail: String,
    },
    #[error("the {server} answered {url} with something else than expected: {reason}")]
    Unreadable {
        server: &'static str,
        url: Box<Url>,
        reason: String,
    },
}

/// One server that we ask.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// What an error calls it.
    name: &'static str,
    base: Url,
    client: reqwest::Client,
}

/// Status and body, whatever the status.
pub(crate) struct Reply {
    server: &'static str,
    method: Method,
    url: Url,
    pub(crate) status: StatusCode,
    body: Vec<u8>,
}

impl Server {
    pub(crate) fn new(name: &'static str, base: &Url) -> Self {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            // What is asked is what was named: no proxy from the environment, no redirect.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without TLS has nothing that can fail to load");
        Self {
            name,
            base: base.clone(),
            client,
        }
    }

    pub(crate) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Reply, RequestError> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(Method::GET, url, None).await
    }

    pub(crate) async fn post(&self, path: &[&str], body: &Value) -> Result<Reply, RequestError> {
        self.send(Method::POST, self.url(path), Some(body)).await
    }

    /// The base address with `path` below it, each piece escaped.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Reply, RequestError> {
        let mut request = self.client.request(method.clone(), url.clone());
        if let Some(body) = body {
            request = request.json(body);
        }
        let unreachable = |error: reqwest::Error| RequestError::Unreachable {
            server: self.name,
            url: Box::new(self.base.clone()),
            reason: reason(&error),
        };
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                let reason = format!("more than {MAX_ANSWER} bytes");
                return Err(RequestError::Unreadable {
                    server: self.name,
                    url: Box::new(url),
                    reason,
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Reply {
            server: self.name,
            method,
            url,
            status,
            body: bytes,
        })
    }
}

impl Reply {
    /// The JSON body of a 2xx.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, RequestError> {
        if !self.status.is_success() {
            return Err(RequestError::Refused {
                server: self.server,
                method: self.method.clone(),
                url: Box::new(self.url.clone()),
                status: self.status,
                detail: problem_detail(&self.body),
            });
        }
        serde_json::from_slice(&self.body).map_err(|error| RequestError::Unreadable {
            server: self.server,
            url: Box::new(self.url.clone()),
            reason: error.to_string(),
        })
    }
}

/// The `detail` of a problem+json body (RFC 9457), short and safe to print.
fn problem_detail(body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let detail = problem["detail"]
        .as_str()
        .or_else(|| problem["title"].as_str());
    detail.map_or_else(String::new, |detail| {
        format!(
            ": {}",
            crate::terminal_text::clip(&crate::terminal_text::printable(detail), 200)
        )
    })
}

/// The innermost cause: reqwest's own text only repeats the address.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
