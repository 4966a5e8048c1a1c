//! We call the shop: one request, one CLIENT span, the root of its trace.

use std::time::Duration;

use contracts::{Fault, fault};
use reqwest::{RequestBuilder, StatusCode, redirect};
use serde_json::Value;
use shared_telemetry::{TraceId, baggage, current, http};

use crate::target::Target;

/// Why there was no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// The time limit passed.
    Timeout,
    /// Nobody took the connection.
    Connect,
    /// The connection broke before the answer was complete.
    Broken,
    /// A success without what it must say.
    Unreadable,
    /// A retry became another order.
    OtherOrder,
    /// Given up at the end of the run.
    Abandoned,
}

impl Failure {
    /// Its name in reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Broken => "connection_broken",
            Self::Unreadable => "unexpected_answer",
            Self::OtherOrder => "idempotency_broken",
            Self::Abandoned => "abandoned",
        }
    }
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Reply {
    /// That of our span; `None` when nothing is traced.
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) outcome: Result<(StatusCode, Vec<u8>), Failure>,
}

/// The shop as a customer reaches it.
#[derive(Debug, Clone)]
pub(crate) struct ShopClient {
    client: http::Client,
    base: String,
}

impl ShopClient {
    /// `connections` are kept open between requests.
    pub(crate) fn new(
        target: &Target,
        connections: usize,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = pinned(target, timeout)
            .pool_max_idle_per_host(connections)
            .build()?;
        Ok(Self {
            client: http::Client::new(client),
            base: target.base().to_owned(),
        })
    }

    pub(crate) async fn checkout(&self, key: &str, body: &Value, fault: Option<Fault>) -> Reply {
        let request = self
            .client
            .post(format!("{}/checkout", self.base))
            .header("idempotency-key", key)
            .json(body);
        match fault {
            None => self.send(request).await,
            Some(fault) => {
                let asked = [(fault::BAGGAGE_KEY, fault.name().to_owned())];
                baggage::scope(asked, self.send(request)).await
            }
        }
    }

    pub(crate) async fn stock(&self, sku: &str) -> Reply {
        self.send(self.client.get(format!("{}/stock/{sku}", self.base)))
            .await
    }

    pub(crate) async fn order(&self, order_id: &str) -> Reply {
        self.send(self.client.get(format!("{}/orders/{order_id}", self.base)))
            .await
    }

    async fn send(&self, request: RequestBuilder) -> Reply {
        let mut trace_id = None;
        let answer = self
            .client
            .send_after(request, || trace_id = current::trace_id())
            .await;
        let outcome = match answer {
            Ok(answer) => {
                let status = answer.status();
                let body = answer.bytes().await;
                body.map(|body| (status, body.into()))
            }
            Err(error) => Err(error),
        };
        Reply {
            trace_id,
            outcome: outcome.map_err(|error| failure(&error)),
        }
    }
}

/// A client that goes to the addresses that were looked at, and nowhere else: a proxy of the
/// environment or a redirect could lead to a stranger.
pub(crate) fn pinned(target: &Target, timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .resolve_to_addrs(target.host(), target.addresses())
        .timeout(timeout)
        .user_agent(concat!("loadgen/", env!("CARGO_PKG_VERSION")))
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Failure::Connect
    } else {
        Failure::Broken
    }
}
