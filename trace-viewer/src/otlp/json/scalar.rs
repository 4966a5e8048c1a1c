//! The scalars whose JSON form differs from serde's: numbers, hex ids, base64 bytes, doubles.

use std::{fmt, marker::PhantomData};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// An integer, written as a number or as a decimal string.
pub(super) struct Integer<T>(pub(super) T);

impl<T: Default> Integer<T> {
    pub(super) fn or_zero(integer: Option<Self>) -> T {
        integer.map(|integer| integer.0).unwrap_or_default()
    }
}

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegerVisitor(PhantomData))
    }
}

struct IntegerVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i128>> Visitor<'_> for IntegerVisitor<T> {
    type Value = Integer<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer in range, as a number or a string")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        fit(i128::from(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        fit(i128::from(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        fit(value.parse().map_err(E::custom)?)
    }
}

fn fit<T: TryFrom<i128>, E: de::Error>(value: i128) -> Result<Integer<T>, E> {
    let fitted = T::try_from(value).map_err(|_| E::custom("integer out of range"))?;
    Ok(Integer(fitted))
}

/// A double, written as a number or as `NaN`, `Infinity`, `-Infinity` or a decimal string.
pub(super) struct Double(pub(super) f64);

impl<'de> Deserialize<'de> for Double {
    // Not by trying one form after the other: serde would first keep whatever is there, and that
    // may be a list of millions.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DoubleVisitor)
    }
}

struct DoubleVisitor;

impl Visitor<'_> for DoubleVisitor {
    type Value = Double;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a double, as a number or a string")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Double, E> {
        Ok(Double(value))
    }

    #[allow(clippy::cast_precision_loss)] // That is what a double is.
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Double, E> {
        Ok(Double(value as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Double, E> {
        Ok(Double(value as f64))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Double, E> {
        value.parse().map(Double).map_err(E::custom)
    }
}

/// Bytes in hex of either case, as OTLP writes ids. Their number is judged later, id by id.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Hex(Vec<u8>);

impl Hex {
    pub(super) fn bytes(hex: Option<Self>) -> Vec<u8> {
        hex.map(|hex| hex.0).unwrap_or_default()
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.map(Self).ok_or("not hex")
    }
}

/// Bytes in base64 of either alphabet, padded or not, as proto3 JSON allows.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Base64(pub(super) Vec<u8>);

impl TryFrom<String> for Base64 {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let decoded = STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text));
        decoded.map(Self)
    }
}
