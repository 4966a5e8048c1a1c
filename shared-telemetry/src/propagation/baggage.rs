//! W3C Baggage: the `baggage` header.
//!
//! Read strictly, member by member: one that is malformed is left out and the others stay.
//! Written so that no value can become a member, a property or a header of its own. Source: W3C
//! Baggage, Candidate Recommendation; section numbers are those of it.

mod text;

use std::sync::{Arc, LazyLock};

use opentelemetry::baggage::{BaggageExt, KeyValueMetadata};
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::{Context, Key};

use super::headers::{BAGGAGE, W3cHeaders, texts};
use crate::redact;

/// Section 3.3.2: what everybody must be able to pass on, and all that passes here.
const MAX_MEMBERS: usize = 64;
/// Section 3.3.2: the same for all members together, in bytes, with the commas.
const MAX_BYTES: usize = 8192;

/// The W3C Baggage propagator.
#[derive(Debug, Clone, Copy)]
pub struct Baggage;

/// The keys in the order in which they came. OpenTelemetry's baggage is a map and has none; it
/// stays the one truth about values, and this only says who goes first.
struct Order(Arc<[Key]>);

impl TextMapPropagator for Baggage {
    fn inject_context(&self, context: &Context, carrier: &mut dyn Injector) {
        if context.baggage().is_empty() {
            return;
        }
        let mut header = String::new();
        for member in in_order(context).take(MAX_MEMBERS) {
            // Whole members or nothing: half a value is a wrong value.
            let comma = usize::from(!header.is_empty());
            if header.len() + comma + member.len() <= MAX_BYTES {
                header.extend([&","[..comma], &member]);
            }
        }
        if !header.is_empty() {
            carrier.set(BAGGAGE, header);
        }
    }

    fn extract_with_context(&self, context: &Context, carrier: &dyn Extractor) -> Context {
        add(&W3cHeaders::of(carrier, &[BAGGAGE]), context.clone())
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| [BAGGAGE.to_owned()]);
        FieldIter::new(FIELDS.as_ref())
    }
}

/// `context` with the members that the headers list.
pub(super) fn add(headers: &W3cHeaders<'_>, context: Context) -> Context {
    if headers.baggage.is_empty() {
        return context;
    }
    let members = read(&texts(&headers.baggage));
    if members.is_empty() {
        return context;
    }
    let order = members.iter().map(|(key, ..)| key.clone()).collect();
    // Of a key that comes twice the last value counts.
    let members = members
        .into_iter()
        .map(|(key, value, properties)| KeyValueMetadata::new(key, value, properties));
    context
        .with_baggage(members.collect::<Vec<_>>())
        .with_value(Order(order))
}

/// All headers as one list (section 3.3.1), within the limits; a member that does not fit is left
/// out whole.
fn read(values: &[&str]) -> Vec<(Key, String, String)> {
    let mut members = Vec::new();
    let mut bytes = 0;
    for member in values.iter().flat_map(|value| value.split(',')) {
        if members.len() == MAX_MEMBERS {
            break;
        }
        let total = bytes + member.len() + usize::from(!members.is_empty());
        if total <= MAX_BYTES
            && let Some((key, value, properties)) = text::read_member(member)
        {
            bytes = total;
            members.push((Key::new(key.to_owned()), value, properties));
        }
    }
    members
}

/// The members as they are written: first those that came, in their order, then those that were
/// added here, by name, so that the same baggage is always the same header.
fn in_order(context: &Context) -> impl Iterator<Item = String> {
    let baggage = context.baggage();
    let order = context.get::<Order>().map_or(&[][..], |order| &order.0);
    let place = |key: &Key| order.iter().position(|known| known == key);
    let mut entries: Vec<_> = baggage.iter().collect();
    entries.sort_by(|(a, _), (b, _)| {
        let (left, right) = (place(a), place(b));
        let known_first = left.is_none().cmp(&right.is_none());
        known_first.then(left.cmp(&right)).then(a.cmp(b))
    });
    entries
        .into_iter()
        .filter(|(key, (_, properties))| {
            !redact::found_in(key.as_str()) && !redact::found_in(properties.as_str())
        })
        .map(|(key, (value, properties))| {
            let value = redact::value(key.as_str(), value.as_str());
            text::write_member(key.as_str(), &value, properties.as_str())
        })
}
