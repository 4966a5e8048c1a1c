//! The page: files that are part of the program.

use axum::{
    Router,
    extract::{Path, rejection::PathRejection},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::api::{self, Problem};

type PairPath = Result<Path<(String, String)>, PathRejection>;

const SHELL: &str = include_str!("../page/index.html");
const MISSING_PARENT: &str = include_str!("../page/missing-parent.html");

const SCRIPT: &str = "text/javascript";

macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        &[
            ("style.css", "text/css", include_str!("../page/style.css")),
            ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
            $(($name, SCRIPT, include_str!(concat!("../page/", $name))),)*
        ]
    };
}

/// Name, type, content.
const FILES: &[(&str, &str, &str)] = scripts![
    "api.mjs",
    "color.mjs",
    "compare.mjs",
    "detail.mjs",
    "dom.mjs",
    "file.mjs",
    "format.mjs",
    "list.mjs",
    "logs.mjs",
    "main.mjs",
    "map.mjs",
    "minimap.mjs",
    "model.mjs",
    "routes.mjs",
    "row.mjs",
    "search.mjs",
    "trace.mjs",
    "trace_keys.mjs",
    "tree.mjs",
    "waterfall.mjs",
];

/// The page's addresses. Which view an address means, the page itself finds out.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(async || Html(SHELL)))
        .route("/map", get(async || Html(SHELL)))
        .route("/trace/{trace_id}", get(of_one))
        .route("/joined/{trace_id}", get(of_one))
        .route("/compare/{first}/{second}", get(of_two))
        .route("/missing-parent", get(async || Html(MISSING_PARENT)))
        .route("/page/{name}", get(file))
}

async fn of_one(path: api::IdPath) -> Result<Html<&'static str>, Problem> {
    api::trace_id(path)?;
    Ok(Html(SHELL))
}

async fn of_two(path: PairPath) -> Result<Html<&'static str>, Problem> {
    let (first, second) = match path {
        Ok(Path((first, second))) => (first, second),
        Err(rejection) => return api::trace_id(Err(rejection)).map(|_| Html(SHELL)),
    };
    api::trace_id(Ok(Path(first)))?;
    api::trace_id(Ok(Path(second)))?;
    Ok(Html(SHELL))
}

async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let (_, content_type, content) =
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "the page has no such file"))?;
    Ok(([(header::CONTENT_TYPE, *content_type)], *content).into_response())
}
