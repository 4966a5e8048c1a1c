//! Span names and method names of HTTP, without an allocation for each request.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use http::Method;
use opentelemetry::KeyValue;

use crate::names;

/// `http.request.method`: one of the nine known methods, or `_OTHER`, because a client may send
/// any word and each would be a new value.
pub(super) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

/// `http.request.method_original`: the word that was sent, where `http.request.method` hides it.
pub(super) fn original(method: &Method, name: &'static str) -> Option<KeyValue> {
    (name == "_OTHER").then(|| {
        KeyValue::new(
            names::HTTP_REQUEST_METHOD_ORIGINAL,
            method.as_str().to_owned(),
        )
    })
}

/// The word for a method in a span's name.
pub(super) fn method_in_span_name(method: &'static str) -> &'static str {
    if method == "_OTHER" { "HTTP" } else { method }
}

/// A route with its span name, both living as long as the process.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) template: &'static str,
    pub(super) span_name: &'static str,
}

type Known = HashMap<(&'static str, String), Route>;

/// `{method} {route}`, put together once for each route of the program.
///
/// Routes are templates from the program's own router, so there are few, and what is leaked here
/// is bounded by the program's text.
pub(super) fn route(method: &'static str, template: &str) -> Route {
    static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);
    // A poisoned lock still holds whole entries: nothing panics between two writes.
    let known = KNOWN
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    // Looked up by a borrowed pair would need a key type of its own; the set is small.
    if let Some(route) = known
        .iter()
        .find_map(|((m, t), route)| (*m == method && t == template).then_some(*route))
    {
        return route;
    }
    drop(known);
    let name = format!("{} {template}", method_in_span_name(method));
    let route = Route {
        template: Box::leak(template.to_owned().into_boxed_str()),
        span_name: Box::leak(name.into_boxed_str()),
    };
    KNOWN
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .entry((method, template.to_owned()))
        .or_insert(route)
        .to_owned()
}
