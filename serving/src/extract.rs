//! axum's extractors, with problem details as their refusals.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::Problem;
use crate::listen::BodyTooSlow;

/// A JSON body. 415 without `application/json`, 413 when too long, 408 when too slow, 400 when not
/// JSON, 422 when JSON of another shape.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// The text of a JSON body, not read yet: for who refuses some unread. 415, 413 and 408 as [`Json`].
#[derive(Debug, Clone)]
pub struct JsonText(pub Bytes);

/// A query string. 400 when it does not fit.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// The parameters of a path. 400 when they do not fit.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(not_json()),
            Err(rejection) => Err(unread(
                rejection.status(),
                &rejection.body_text(),
                &rejection,
            )),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let sent = request.headers().get(header::CONTENT_TYPE);
        let essence = sent.and_then(|sent| sent.to_str().ok()?.split(';').next());
        if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
            return Err(not_json());
        }
        let read = Bytes::from_request(request, state).await;
        read.map(Self)
            .map_err(|rejection| unread(rejection.status(), &rejection.body_text(), &rejection))
    }
}

fn not_json() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body must be JSON: send Content-Type: application/json",
    )
}

fn unread(status: StatusCode, text: &str, rejection: &(dyn Error + 'static)) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(status, "the body is too long: at most 64 KiB are accepted");
    }
    match too_slow(rejection) {
        Some(slow) => Problem::new(StatusCode::REQUEST_TIMEOUT, slow.to_string()),
        None => Problem::new(status, plain(text)),
    }
}

/// Whether the listener gave up waiting for the body.
fn too_slow<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a BodyTooSlow> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(slow) = error.downcast_ref() {
            return Some(slow);
        }
        next = error.source();
    }
    None
}

/// The sentence in words of the caller: they need not know what is made of it here.
fn plain(text: &str) -> String {
    const WORDS: [(&str, &str); 4] = [
        (
            "Failed to deserialize the JSON body into the target type: ",
            "the body does not fit: ",
        ),
        (
            "Failed to parse the request body as JSON: ",
            "the body is not JSON: ",
        ),
        (
            "Failed to deserialize query string: ",
            "the query does not fit: ",
        ),
        ("expected a sequence", "expected a list"),
    ];
    WORDS.iter().fold(text.to_owned(), |text, (theirs, ours)| {
        text.replace(theirs, ours)
    })
}

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| {
                Problem::new(StatusCode::BAD_REQUEST, plain(&rejection.body_text()))
            })
    }
}

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection: PathRejection| {
                Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())
            })
    }
}
