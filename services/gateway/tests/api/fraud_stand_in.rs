//! A stand-in of fraud, which can do wrong whatever a service can.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use shared_telemetry::task;

/// What it does with a question.
#[derive(Debug, Clone)]
pub(crate) enum Conduct {
    /// Answers so.
    Says(StatusCode, String),
    /// Never answers.
    Silent,
    /// Answers the beginning, and never the rest.
    Stalls,
    /// Answers without end.
    Endless,
}

/// A question to it.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

#[derive(Clone)]
pub(crate) struct Fraud {
    pub(crate) url: String,
    conduct: Arc<Mutex<Conduct>>,
    heard: Arc<Mutex<Vec<Question>>>,
}

impl Conduct {
    pub(crate) fn scores(score: u8, decision: &str) -> Self {
        let body = json!({"score": score, "decision": decision});
        Self::Says(StatusCode::OK, body.to_string())
    }
}

impl Fraud {
    pub(crate) async fn start(conduct: Conduct) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            conduct: Arc::new(Mutex::new(conduct)),
            heard: Arc::default(),
        };
        let router = Router::new()
            .route("/score", post(score))
            .with_state(this.clone());
        task::spawn(async move { axum::serve(listener, router).await.unwrap() });
        this
    }

    /// From now on it does so.
    pub(crate) fn change(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }

    /// What it was asked since it was last looked at.
    pub(crate) fn heard(&self) -> Vec<Question> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn score(
    State(fraud): State<Fraud>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    fraud.heard.lock().unwrap().push(Question { headers, body });
    let conduct = fraud.conduct.lock().unwrap().clone();
    let chunk = |bytes: &'static [u8]| Ok::<_, std::io::Error>(Bytes::from_static(bytes));
    match conduct {
        Conduct::Says(status, body) => (status, body).into_response(),
        Conduct::Silent => std::future::pending().await,
        Conduct::Stalls => {
            let rest = stream::pending();
            let begun = stream::iter([chunk(b"{\"score\": 1")]);
            Body::from_stream(begun.chain(rest)).into_response()
        }
        Conduct::Endless => {
            Body::from_stream(stream::repeat_with(move || chunk(&[b' '; 1024]))).into_response()
        }
    }
}
