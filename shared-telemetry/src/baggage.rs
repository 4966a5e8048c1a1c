//! Baggage: small values that travel with the context to every service behind, through queues
//! too.
//!
//! Baggage is sent in clear to every callee, third parties included, so it is for values that
//! anybody may read and that everybody may have forged: a customer's tier, never an e-mail. At
//! the edge [`crate::http::Edge::accept_baggage`] drops what is not on a list.
//!
//! Source: W3C Baggage; OpenTelemetry specification, "Baggage API".

use std::collections::HashSet;

use opentelemetry::baggage::{BaggageExt, KeyValueMetadata};
use opentelemetry::trace::FutureExt;
use opentelemetry::{Context, Key, KeyValue, StringValue};

/// The value of the entry `key`, if the current context carries one.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    Context::map_current(|context| context.baggage().get(key).map(ToString::to_string))
}

/// Runs `future` with the entries `added` to the baggage; what it calls receives them too.
pub async fn scope<F: Future>(
    added: impl IntoIterator<Item = (&'static str, String)>,
    future: F,
) -> F::Output {
    let added: Vec<_> = added
        .into_iter()
        .map(|(key, value)| KeyValue::new(key, value))
        .collect();
    let context = Context::map_current(|context| {
        // `with_baggage` replaces all entries: start from those that are there.
        let added = added.into_iter().map(Into::into);
        context.with_baggage(entries(context).chain(added).collect::<Vec<_>>())
    });
    future.with_context(context).await
}

/// The context with only those baggage entries whose key is in `allowed` and whose value is at
/// most `max_value_bytes` long, and the number of those that were dropped.
pub(crate) fn retain(
    context: Context,
    allowed: &HashSet<&'static str>,
    max_value_bytes: usize,
) -> (Context, usize) {
    let all = context.baggage().len();
    if all == 0 {
        return (context, 0);
    }
    let fits = |key: &Key, value: &StringValue| {
        allowed.contains(key.as_str()) && value.as_str().len() <= max_value_bytes
    };
    let kept: Vec<_> = matching(&context, fits).collect();
    let dropped = all - kept.len();
    (context.with_baggage(kept), dropped)
}

/// `to` with the baggage of `from`.
pub(crate) fn carry(from: &Context, to: &Context) -> Context {
    if from.baggage().is_empty() {
        return to.clone();
    }
    to.with_baggage(entries(from).collect::<Vec<_>>())
}

fn entries(context: &Context) -> impl Iterator<Item = KeyValueMetadata> {
    matching(context, |_, _| true)
}

fn matching(
    context: &Context,
    wanted: impl Fn(&Key, &StringValue) -> bool,
) -> impl Iterator<Item = KeyValueMetadata> {
    let entries = context.baggage().iter();
    entries
        .filter(move |(key, (value, _))| wanted(key, value))
        .map(|(key, (value, metadata))| {
            KeyValueMetadata::new(key.clone(), value.clone(), metadata.clone())
        })
}
