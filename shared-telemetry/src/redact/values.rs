//! Attributes: their keys, and values of every type.

use std::borrow::Cow;

use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;

use super::keys::Rule;
use super::{Kind, cards, clean, clean_by, current, is_on};

/// Takes out of an attribute what must not leave; true when there was something.
pub(crate) fn key_value(attribute: &mut KeyValue) -> bool {
    let key = attribute.key.as_str();
    let current = current();
    if !current.redaction.on {
        return false;
    }
    let rule = current.rule(key);
    let value = of_value(rule, &attribute.value);
    let found = value.is_some() || !rule.clean_key;
    if let Some(clean) = value {
        attribute.value = clean;
    }
    if !rule.clean_key
        && let Some(clean) = clean("", key)
    {
        attribute.key = Key::new(clean);
    }
    found
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
    let current = current();
    if !current.redaction.on {
        return None;
    }
    of_number(current.rule(key), digits)
}

/// As [`number`], for one with a fraction, which no card has.
pub(crate) fn fraction(key: &str, value: f64) -> Option<Kind> {
    number(key, whole_part(value))
}

fn of_number(rule: Rule, digits: u64) -> Option<Kind> {
    // A card has thirteen digits and more: everyday numbers are done here.
    const SHORTEST_CARD: u64 = 1_000_000_000_000;
    let card = || {
        let found = digits >= SHORTEST_CARD && cards::is_card(&digits.to_string());
        found.then_some(Kind::Card)
    };
    rule.whole.or_else(card)
}

/// The number itself where it is a whole one.
fn whole_part(value: f64) -> u64 {
    let whole = value.fract() == 0.0 && (0.0..1e19).contains(&value);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked above.
    if whole { value as u64 } else { 0 }
}

/// What leaves instead of a value; `None` for the value itself.
fn of_value(rule: Rule, value: &Value) -> Option<Value> {
    let marked = |kind: Kind| Value::from(kind.marker());
    match value {
        Value::I64(value) => of_number(rule, value.unsigned_abs()).map(marked),
        Value::F64(value) => of_number(rule, whole_part(*value)).map(marked),
        Value::String(value) => of_text(rule, value).map(Value::String),
        Value::Array(values) => of_array(rule, values),
        _ => None,
    }
}

fn of_text(rule: Rule, text: &StringValue) -> Option<StringValue> {
    clean_by(rule, text.as_str()).map(StringValue::from)
}

/// An array has one type: when one of its numbers becomes text, all do.
fn of_array(rule: Rule, values: &Array) -> Option<Value> {
    let texts = match values {
        Array::String(texts) => replaced(texts, |text| of_text(rule, text), Clone::clone),
        Array::I64(numbers) => replaced(
            numbers,
            |value| of_number(rule, value.unsigned_abs()).map(|kind| kind.marker().into()),
            |value| value.to_string().into(),
        ),
        Array::F64(numbers) => replaced(
            numbers,
            |value| of_number(rule, whole_part(*value)).map(|kind| kind.marker().into()),
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
pub(crate) fn name(name: &mut Cow<'static, str>) {
    if let Some(clean) = clean("", name) {
        *name = clean;
    }
}
