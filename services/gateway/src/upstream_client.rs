//! How we ask the services behind us over HTTP, and what our caller hears when they fail.

use std::time::Duration;

use axum::http::StatusCode;
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serving::Problem;
use shared_telemetry::http::Client;

/// A service that has not answered by then is down, for us.
const TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// When a caller may try again.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The client of all services behind us.
pub(crate) fn http_client() -> Result<Client, reqwest::Error> {
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        // They are neighbours: no proxy of the environment, no redirect elsewhere.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    Ok(Client::new(client))
}

/// One service behind us.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    name: &'static str,
    base: Url,
    http: Client,
}

/// What a service said.
#[derive(Debug)]
pub(crate) enum Answer<T> {
    Ok(T),
    /// 404 or 422, with its sentence.
    Refused(StatusCode, String),
}

/// A service behind us gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("{name} cannot be reached")]
    Unreachable {
        name: &'static str,
        source: reqwest::Error,
    },
    #[error("{name} has failed with status {status}")]
    Failed {
        name: &'static str,
        status: StatusCode,
    },
    #[error("{name} has given an answer that cannot be read")]
    Unreadable {
        name: &'static str,
        source: serde_json::Error,
    },
}

/// The member of a problem that is meant for people.
#[derive(Deserialize)]
struct Detail {
    detail: String,
}

impl Upstream {
    pub(crate) fn new(name: &'static str, base: Url, http: Client) -> Self {
        Self { name, base, http }
    }

    /// Asks for `path`, a segment at a time, so that no segment can reach another resource.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, UpstreamError> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let name = self.name;
        let unreachable = |source: reqwest::Error| UpstreamError::Unreachable {
            name,
            source: source.without_url(),
        };
        let request = self.http.get(url).query(query);
        let response = self.http.send(request).await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        match status {
            StatusCode::OK => serde_json::from_slice(&body)
                .map(Answer::Ok)
                .map_err(|source| UpstreamError::Unreadable { name, source }),
            StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => {
                let detail = serde_json::from_slice(&body).map(|Detail { detail }| detail);
                let detail = detail.unwrap_or_else(|_| format!("{name} has refused the request"));
                Ok(Answer::Refused(status, detail))
            }
            status => Err(UpstreamError::Failed { name, status }),
        }
    }

    /// A refusal where the service's contract knows none.
    pub(crate) fn unexpected(&self, status: StatusCode) -> UpstreamError {
        UpstreamError::Failed {
            name: self.name,
            status,
        }
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        let status = match &error {
            UpstreamError::Unreachable { .. }
            | UpstreamError::Failed {
                status: StatusCode::SERVICE_UNAVAILABLE,
                ..
            } => StatusCode::SERVICE_UNAVAILABLE,
            UpstreamError::Failed { .. } | UpstreamError::Unreadable { .. } => {
                StatusCode::BAD_GATEWAY
            }
        };
        let detail = format!("{error}: please try again");
        Problem::from_error(status, detail, &error).retry_after(RETRY_AFTER)
    }
}
