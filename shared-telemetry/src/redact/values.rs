//! Attributes: their keys, and values of every type.

use std::borrow::Cow;

use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;

use super::{Kind, cards, clean, current, is_on, whole};

/// Takes out of an attribute what must not leave.
pub(crate) fn key_value(attribute: &mut KeyValue) {
    let key = attribute.key.as_str();
    if let Some(clean) = of_value(key, &attribute.value) {
        attribute.value = clean;
    }
    if let Some(clean) = of_key(key) {
        attribute.key = clean;
    }
}

/// The Resource, of which an environment may make anything.
pub(crate) fn resource(resource: Resource) -> Resource {
    if !is_on() {
        return resource;
    }
    let attributes = resource.iter().map(|(key, value)| {
        let mut attribute = KeyValue::new(key.clone(), value.clone());
        key_value(&mut attribute);
        attribute
    });
    let attributes: Vec<_> = attributes.collect();
    let builder = Resource::builder_empty();
    let builder = match resource.schema_url() {
        Some(url) => builder.with_schema_url(attributes, url.to_owned()),
        None => builder.with_attributes(attributes),
    };
    builder.build()
}

/// What must not leave of a number under `key`: a card's, or any whose key says that it is a
/// secret. `digits` is the number without its sign.
pub(crate) fn number(key: &str, digits: u64) -> Option<Kind> {
    // A card has thirteen digits and more: everyday numbers are done here.
    const SHORTEST_CARD: u64 = 1_000_000_000_000;
    let redaction = current();
    if !redaction.on {
        return None;
    }
    let card = || {
        let found = digits >= SHORTEST_CARD && cards::is_card(&digits.to_string());
        found.then_some(Kind::Card)
    };
    whole(key, redaction.own_names).or_else(card)
}

/// As [`number`], for one with a fraction, which no card has.
pub(crate) fn fraction(key: &str, value: f64) -> Option<Kind> {
    let whole = value.fract() == 0.0 && (0.0..1e19).contains(&value);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked above.
    number(key, if whole { value as u64 } else { 0 })
}

/// The key itself, where it holds something.
fn of_key(key: &str) -> Option<Key> {
    clean("", key).map(Key::new)
}

/// What leaves instead of a value; `None` for the value itself.
fn of_value(key: &str, value: &Value) -> Option<Value> {
    let marked = |kind: Kind| Value::from(kind.marker());
    match value {
        Value::I64(value) => number(key, value.unsigned_abs()).map(marked),
        Value::F64(value) => fraction(key, *value).map(marked),
        Value::String(value) => of_text(key, value).map(Value::String),
        Value::Array(values) => of_array(key, values),
        _ => None,
    }
}

fn of_text(key: &str, text: &StringValue) -> Option<StringValue> {
    clean(key, text.as_str()).map(StringValue::from)
}

/// An array has one type: when one of its numbers becomes text, all do.
fn of_array(key: &str, values: &Array) -> Option<Value> {
    let texts = match values {
        Array::String(texts) => replaced(texts, |text| of_text(key, text), Clone::clone),
        Array::I64(numbers) => replaced(
            numbers,
            |value| number(key, value.unsigned_abs()).map(|kind| kind.marker().into()),
            |value| value.to_string().into(),
        ),
        Array::F64(numbers) => replaced(
            numbers,
            |value| fraction(key, *value).map(|kind| kind.marker().into()),
            |value| value.to_string().into(),
        ),
        _ => None,
    };
    Some(Value::Array(Array::String(texts?)))
}

/// All values as texts, if one of them is to be replaced.
fn replaced<T>(
    values: &[T],
    clean: impl Fn(&T) -> Option<StringValue>,
    keep: impl Fn(&T) -> StringValue,
) -> Option<Vec<StringValue>> {
    let first = values.iter().position(|value| clean(value).is_some())?;
    let each = |(at, value)| match (at >= first).then(|| clean(value)).flatten() {
        Some(clean) => clean,
        None => keep(value),
    };
    Some(values.iter().enumerate().map(each).collect())
}

/// A name that is usually a constant of the program.
pub(super) fn name(name: &mut Cow<'static, str>) {
    if let Some(clean) = clean("", name) {
        *name = clean;
    }
}
