//! Baggage: small values that travel with the context to every service behind, through queues
//! too.
//!
//! Baggage is sent in clear to every callee, third parties included, so it is for values that
//! anybody may read and that everybody may have forged: a customer's tier, never an e-mail. At
//! the edge [`crate::http::ServerLayer::accept_baggage`] drops what is not on a list.
//!
//! Source: W3C Baggage; OpenTelemetry specification, "Baggage API".

use std::collections::HashSet;

use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::FutureExt;
use opentelemetry::{Context, KeyValue};

/// The value of the entry `key`, if the current context carries one.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    Context::map_current(|context| context.baggage().get(key).map(ToString::to_string))
}

/// Runs `future` with `entries` added to the baggage; what it calls receives them too.
pub async fn scope<F: Future>(
    entries: impl IntoIterator<Item = (&'static str, String)>,
    future: F,
) -> F::Output {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(key, value)| KeyValue::new(key, value))
        .collect();
    let context = Context::map_current(|context| {
        // `with_baggage` replaces all entries: start from those that are there.
        let kept = context.baggage().iter().map(|(key, (value, metadata))| {
            opentelemetry::baggage::KeyValueMetadata::new(
                key.clone(),
                value.clone(),
                metadata.clone(),
            )
        });
        let added = entries.into_iter().map(Into::into);
        context.with_baggage(kept.chain(added).collect::<Vec<_>>())
    });
    future.with_context(context).await
}

/// The context with only those baggage entries whose key is in `allowed` and whose value is at
/// most `max_value_bytes` long.
pub(crate) fn retain(
    context: Context,
    allowed: &HashSet<&'static str>,
    max_value_bytes: usize,
) -> Context {
    if context.baggage().is_empty() {
        return context;
    }
    let kept: Vec<_> = context
        .baggage()
        .iter()
        .filter(|(key, (value, _))| {
            allowed.contains(key.as_str()) && value.as_str().len() <= max_value_bytes
        })
        .map(|(key, (value, metadata))| {
            opentelemetry::baggage::KeyValueMetadata::new(
                key.clone(),
                value.clone(),
                metadata.clone(),
            )
        })
        .collect();
    if kept.is_empty() {
        context.with_cleared_baggage()
    } else {
        context.with_baggage(kept)
    }
}
