//! Others call us: `POST /telemetry/v1/traces`, by which the storefront's page hands over its
//! spans, because a browser can't export by itself.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Extension, Json as JsonBody, Router};
use serde_json::{Value, json};
use serving::Problem;
use serving::extract::JsonText;
use shared_telemetry::http::Trust;
use shared_telemetry::relay::{Origin, Refused, Relay};

/// Who a browser's spans are from, whatever it says.
const STOREFRONT: Origin = Origin {
    name: "storefront",
    language: "webjs",
};

/// The other end of a connection, where the listener tells it.
pub(crate) type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The relay, and whose spans it takes.
#[derive(Clone)]
pub(crate) struct BrowserSpans {
    relay: Option<Arc<Relay>>,
    trust: Trust,
}

impl BrowserSpans {
    /// Nothing is relayed where it is not wanted or no spans are exported; nor where no caller's
    /// trace is taken over: half a trace of strangers is worth nothing.
    pub(crate) fn open(wanted: bool, trust: Trust) -> Self {
        let wanted = wanted && !matches!(trust, Trust::Restart);
        let relay = wanted.then(|| Relay::open(STOREFRONT)).flatten();
        Self {
            relay: relay.map(Arc::new),
            trust,
        }
    }

    /// Whether spans of this caller are taken: those whose trace we go on with.
    pub(crate) fn taken_from(&self, headers: &HeaderMap, peer: &Peer) -> bool {
        self.relay_for(headers, peer).is_some()
    }

    fn relay_for(&self, headers: &HeaderMap, peer: &Peer) -> Option<&Relay> {
        let peer: Option<IpAddr> = peer.as_ref().map(|Extension(ConnectInfo(peer))| peer.ip());
        let relay = self.relay.as_deref()?;
        self.trust.believes(headers, peer).then_some(relay)
    }
}

pub(crate) fn routes(spans: BrowserSpans) -> Router {
    Router::new()
        .route("/telemetry/v1/traces", post(traces))
        .with_state(spans)
}

/// Only JSON is taken: another site's page can't have a browser send that here without asking,
/// and nobody says yes.
async fn traces(
    State(spans): State<BrowserSpans>,
    peer: Peer,
    headers: HeaderMap,
    batch: Result<JsonText, Problem>,
) -> Result<JsonBody<Value>, Problem> {
    let relay = spans.relay_for(&headers, &peer).ok_or_else(|| {
        let detail = "no spans of browsers are taken here: see BROWSER_SPANS and EDGE_TRUST";
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    let JsonText(batch) = batch?;
    relay.pass_on(&batch).map_err(problem)?;
    Ok(JsonBody(json!({})))
}

fn problem(refused: Refused) -> Problem {
    let sentence = refused.to_string();
    match refused {
        Refused::TooOften => Problem::new(StatusCode::TOO_MANY_REQUESTS, sentence)
            .retry_after(Duration::from_secs(1)),
        Refused::TooMany => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence),
        Refused::Foreign(_) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, sentence),
        Refused::Malformed(_) => Problem::new(StatusCode::BAD_REQUEST, sentence),
    }
}
