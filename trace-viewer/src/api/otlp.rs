//! A trace as a file: OTLP JSON that any receiver takes, for tickets and for programs.

use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    model::{SpanId, TraceId},
    otlp::Document,
    store::{Content, SharedStore},
};

use super::{answer, problem::Problem};

/// How much of the trace, or of more, is asked for.
pub(super) enum Extent {
    Trace,
    /// With the traces that links join to it.
    Linked,
    Span(SpanId),
}

impl<S: Sync> FromRequestParts<S> for Extent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let bad = |detail| Problem::new(StatusCode::BAD_REQUEST, detail);
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| bad("the query string is not of the form name=value&name=value"))?;
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        match pairs[..] {
            [] | [("linked", "false" | "")] => Ok(Self::Trace),
            [("linked", "true")] => Ok(Self::Linked),
            [("span", id)] => SpanId::from_hex(id)
                .map(Self::Span)
                .ok_or_else(|| bad("a span id is 16 hex digits")),
            _ => Err(bad("accepted is either linked=true or span=<span id>")),
        }
    }
}

pub(super) fn file(store: &SharedStore, id: TraceId, extent: &Extent) -> Result<Response, Problem> {
    let content = content(store, id, extent);
    if content.is_empty() {
        let what = match extent {
            Extent::Span(span) => format!("span {span} of trace {id} is not kept"),
            Extent::Trace | Extent::Linked => {
                format!("neither a span nor a log record of trace {id} is kept")
            }
        };
        return Err(Problem::new(StatusCode::NOT_FOUND, what));
    }
    let name = match extent {
        Extent::Span(span) => format!("span-{span}.json"),
        Extent::Trace => format!("trace-{id}.json"),
        Extent::Linked => format!("joined-{id}.json"),
    };
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .expect("the name is made of hex digits and letters");
    let headers = [(header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, answer::json(&Document::of(&content))).into_response())
}

/// The lock is held for the copy only.
fn content(store: &SharedStore, id: TraceId, extent: &Extent) -> Content {
    match extent {
        Extent::Trace => store.read().content(id),
        Extent::Linked => store.read().joined_content(id),
        Extent::Span(span) => {
            let content = store.read().content(id);
            content.of_span(*span)
        }
    }
}
