//! A server with canned answers, and tracectl run against it.

#![allow(dead_code)] // Each test file uses its part.
#![allow(clippy::unwrap_used)] // Clippy does not know that this file is a test's.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

/// Path to JSON; everything else is a 404.
#[derive(Clone, Default)]
pub(crate) struct Server {
    answers: HashMap<String, String>,
    /// So many questions for a trace are answered with 404 first.
    late: Arc<AtomicUsize>,
    /// The command is not told this server's address.
    not_told: bool,
    /// What was posted.
    pub(crate) posted: Arc<Mutex<Vec<String>>>,
}

pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Server {
    pub(crate) fn trace(self, trace_id: &str, json: &str) -> Self {
        self.answer(&format!("/api/traces/{trace_id}"), json)
    }

    pub(crate) fn answer(mut self, path: &str, json: &str) -> Self {
        self.answers.insert(path.to_owned(), json.to_owned());
        self
    }

    pub(crate) fn late(self, questions: usize) -> Self {
        self.late.store(questions, Ordering::SeqCst);
        self
    }

    pub(crate) fn not_told(mut self) -> Self {
        self.not_told = true;
        self
    }
}

async fn respond(State(server): State<Server>, method: Method, uri: Uri, body: String) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    let earlier = |left: usize| left.checked_sub(1);
    if uri.path().starts_with("/api/traces/")
        && server
            .late
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, earlier)
            .is_ok()
    {
        return (StatusCode::NOT_FOUND, json, "{}").into_response();
    }
    if method == Method::POST {
        server.posted.lock().unwrap().push(body);
    }
    match server.answers.get(uri.path()) {
        Some(answer) if method == Method::POST => {
            (StatusCode::ACCEPTED, json, answer.clone()).into_response()
        }
        Some(answer) => (json, answer.clone()).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            json,
            r#"{"detail":"there is no such thing"}"#,
        )
            .into_response(),
    }
}

/// Runs tracectl to its end while `server` answers. `{server}` in an argument is its address.
pub(crate) async fn run(server: Server, arguments: &[&str]) -> Output {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_tracectl"));
    command.args(
        arguments
            .iter()
            .map(|argument| argument.replace("{server}", &url)),
    );
    let told = server.not_told || arguments.contains(&"--backend");
    if !told && arguments[0] != "decode" {
        command.arg(format!("--backend=viewer={url}"));
    }
    command
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let router = Router::new().fallback(respond).with_state(server);
    let output = tokio::select! {
        output = command.output() => output.unwrap(),
        stopped = async { axum::serve(listener, router).await } => panic!("the server stopped: {stopped:?}"),
    };
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
