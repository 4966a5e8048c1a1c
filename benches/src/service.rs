//! The service: a route of axum, and the requests that it gets.

use std::error::Error;
use std::fmt;
use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use tower::Service as _;

use crate::system::System;

/// A caller who records.
pub const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// A caller who does not.
pub const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
/// Of so many requests one is recorded where the share is 5 %.
pub const SHARE: u32 = 20;

/// What the callers decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Nothing is recorded.
    Off,
    /// Every twentieth request is.
    Share,
    /// Every request is.
    On,
}

impl Decision {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Off, Self::Share, Self::On];

    /// As rows are named.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "unsampled",
            Self::Share => "5 % sampled",
            Self::On => "sampled",
        }
    }

    /// The header of that request.
    #[must_use]
    pub fn traceparent(self, request: u32) -> &'static str {
        match self {
            Self::Share if request.is_multiple_of(SHARE) => SAMPLED,
            Self::On => SAMPLED,
            Self::Share | Self::Off => UNSAMPLED,
        }
    }
}

/// Why a request fails, with its source.
#[derive(Debug)]
pub struct Refused(std::num::ParseIntError);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the price list is refused")
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Refused {
    fn new() -> Self {
        Self("x".parse::<i32>().expect_err("no number"))
    }
}

/// What the one route of the service does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// Answers.
    Hello,
    /// Makes three spans, one after the other, before it answers.
    Three,
    /// Fails with 500.
    Failing,
}

/// The service, with one route.
pub fn routes(system: &System, work: Work) -> Router {
    async fn hello(Path(_name): Path<String>) -> &'static str {
        "hello"
    }
    let (spans, fail) = (system.spans, system.fail);
    let three = async move |Path(_name): Path<String>| {
        spans(3);
        "hello"
    };
    let failing = async move |Path(_name): Path<String>| {
        fail(&Refused::new());
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let method = match work {
        Work::Hello => get(hello),
        Work::Three => get(three),
        Work::Failing => get(failing),
    };
    Router::new().route("/hello/{name}", method)
}

fn request(traceparent: &'static str) -> Request<Body> {
    Request::get("/hello/ada")
        .header("host", "shop.example:8080")
        .header("user-agent", "curl/8.5.0")
        .header("accept", "*/*")
        .header("traceparent", traceparent)
        .body(Body::empty())
        .expect("a well-formed request")
}

/// Sends so many requests through the router, without a socket, one after the other.
pub fn send(router: Router, decision: Decision, rounds: u32) {
    send_with(router, decision, rounds, || ());
}

/// The same, with something beside each request.
pub fn send_with(mut router: Router, decision: Decision, rounds: u32, beside: impl Fn()) {
    crate::block_on(async {
        for round in 0..rounds {
            let request = request(decision.traceparent(round));
            let response = router.call(request).await;
            black_box(&response);
            beside();
        }
    });
}
