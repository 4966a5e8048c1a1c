//! The parts of OTLP/JSON: lists, texts, ids, numbers, attributes.

use std::str::FromStr;

use opentelemetry::{KeyValue, Value as AttributeValue};
use serde_json::{Map, Value};

/// An object of the batch.
pub(super) type Fields = Map<String, Value>;

/// What is wrong, from the place where it is: `spans[3].name must be …`.
pub(super) type Wrong = String;

const MAX_KEY_BYTES: usize = 128;
const MAX_TEXT_BYTES: usize = 2048;

/// What stands under `key`; null stands for nothing, in protobuf's JSON.
pub(super) fn given<'f>(fields: &'f Fields, key: &str) -> Option<&'f Value> {
    fields.get(key).filter(|value| !value.is_null())
}

/// Reads each object of the list under `key`, which may be missing: OTLP leaves out what is empty.
pub(super) fn each<T>(
    fields: &Fields,
    key: &str,
    read: impl FnMut(&Fields) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    each_of(fields, key, usize::MAX, read)
}

/// As [`each`], of `most` objects.
pub(super) fn each_of<T>(
    fields: &Fields,
    key: &str,
    most: usize,
    mut read: impl FnMut(&Fields) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let list = match given(fields, key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= most => list,
        Some(Value::Array(_)) => return Err(format!("{key} must be {most} at most")),
        Some(_) => return Err(format!("{key} must be a list")),
    };
    let read = |(at, item): (usize, &Value)| match item {
        Value::Object(item) => read(item).map_err(|wrong| format!("{key}[{at}].{wrong}")),
        _ => Err(format!("{key}[{at}] must be an object")),
    };
    list.iter().enumerate().map(read).collect()
}

/// A text of so many bytes.
pub(super) fn text(fields: &Fields, key: &str, least: usize, most: usize) -> Result<String, Wrong> {
    fields
        .get(key)
        .and_then(Value::as_str)
        .filter(|text| (least..=most).contains(&text.len()))
        .map(str::to_owned)
        .ok_or_else(|| format!("{key} must be a text of {least} to {most} bytes"))
}

/// An id of `N` bytes, in hex of either case, not all of them zero.
pub(super) fn id<const N: usize>(fields: &Fields, key: &str) -> Result<[u8; N], Wrong> {
    let read = || {
        let digits = fields.get(key)?.as_str()?.as_bytes();
        let (pairs, rest) = digits.as_chunks::<2>();
        if pairs.len() != N || !rest.is_empty() {
            return None;
        }
        let mut id = [0; N];
        for (byte, pair) in id.iter_mut().zip(pairs) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        (id != [0; N]).then_some(id)
    };
    read().ok_or_else(|| format!("{key} must be {} hex digits, not all of them 0", 2 * N))
}

/// A whole number, as a number or as a text of one.
pub(super) fn integer<T: FromStr>(value: Option<&Value>) -> Option<T> {
    match value? {
        Value::String(digits) => digits.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// A key and a text, a number or a truth value: what a page has to say.
pub(super) fn attribute(fields: &Fields) -> Result<KeyValue, Wrong> {
    const ACCEPTED: &str =
        "value must have one of stringValue, intValue, doubleValue and boolValue";
    let key = text(fields, "key", 1, MAX_KEY_BYTES)?;
    let value = fields.get("value").and_then(Value::as_object);
    let one = value
        .filter(|value| value.len() == 1)
        .and_then(|value| value.iter().next());
    let (of, value) = one.ok_or(ACCEPTED)?;
    let value: Option<AttributeValue> = match of.as_str() {
        "stringValue" => match value.as_str() {
            Some(text) if text.len() > MAX_TEXT_BYTES => {
                return Err(format!(
                    "value must be a text of {MAX_TEXT_BYTES} bytes at most"
                ));
            }
            text => text.map(|text| text.to_owned().into()),
        },
        "intValue" => integer::<i64>(Some(value)).map(Into::into),
        "doubleValue" => value.as_f64().map(Into::into),
        "boolValue" => value.as_bool().map(Into::into),
        _ => None,
    };
    Ok(KeyValue::new(key, value.ok_or(ACCEPTED)?))
}
