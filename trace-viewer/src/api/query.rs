//! The search's query string, parsed once and strictly: a parameter that does nothing would mislead.

use axum::{
    extract::{FromRequestParts, Query},
    http::{StatusCode, request::Parts},
};

use crate::{
    model::{Status, TraceId},
    store::Search,
};

use super::problem::Problem;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 1_000;
const NANOS_PER_MILLI: f64 = 1e6;

pub(super) struct SearchQuery(pub(super) Search);

impl<S: Sync> FromRequestParts<S> for SearchQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| bad("the query string is not of the form name=value&name=value"))?;
        parse(pairs).map(Self)
    }
}

/// An empty value asks nothing, as a form sends it; of a name given twice, the last counts.
fn parse(pairs: Vec<(String, String)>) -> Result<Search, Problem> {
    let mut search = Search {
        limit: DEFAULT_LIMIT,
        ..Search::default()
    };
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.as_str() {
            "service" => search.service = Some(value),
            "operation" => search.operation = Some(value),
            "attribute" => search.attributes.push(attribute(&value)?),
            "status" => search.status = Some(status(&value)?),
            "min_duration_ms" => search.min_duration = duration(&value)?,
            "linked_to" => search.linked_to = Some(linked_to(&value)?),
            "limit" => search.limit = limit(&value)?,
            _ => {
                return Err(bad(
                    "unknown parameter; accepted are service, operation, attribute, status, \
                 min_duration_ms, linked_to and limit",
                ));
            }
        }
    }
    Ok(search)
}

fn attribute(value: &str) -> Result<(String, String), Problem> {
    let pair = value.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, wanted) = pair.ok_or_else(|| bad("attribute must be key=value"))?;
    Ok((key.to_owned(), wanted.to_owned()))
}

fn status(value: &str) -> Result<Status, Problem> {
    match value {
        "error" => Ok(Status::Error),
        "ok" => Ok(Status::Ok),
        "unset" => Ok(Status::Unset),
        _ => Err(bad("status must be error, ok or unset")),
    }
}

fn duration(value: &str) -> Result<u64, Problem> {
    let millis: Option<f64> = value.parse().ok();
    let valid = millis.filter(|millis| millis.is_finite() && *millis >= 0.0);
    let millis =
        valid.ok_or_else(|| bad("min_duration_ms must be a number of milliseconds, 0 or more"))?;
    // A float too large for the integer becomes its largest value, which no trace reaches.
    Ok((millis * NANOS_PER_MILLI) as u64)
}

fn linked_to(value: &str) -> Result<TraceId, Problem> {
    TraceId::from_hex(value).ok_or_else(|| bad("linked_to must be a trace id, 32 hex digits"))
}

fn limit(value: &str) -> Result<usize, Problem> {
    let limit = value
        .parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| bad(format!("limit must be from 1 to {MAX_LIMIT}")))
}

fn bad(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}
