//! The `order.created` event: JSON, versioned, unknown fields ignored.

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

/// The version this code writes: `major.minor`. A reader accepts every minor of its major.
pub const VERSION: &str = "1.0";

/// A longer version is none, in characters.
const LONGEST_VERSION: usize = 16;

/// An order that a customer was told is accepted.
///
/// Written by the gateway as the value of a record on [`crate::topics::ORDER_CREATED`] whose key
/// is the order id. It carries no e-mail, no payment data and no trace id: the trace context
/// rides in the record's headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCreated {
    /// [`VERSION`] of the writer.
    pub version: String,
    /// UUID, version 7; the idempotency key of everything that follows.
    pub order_id: String,
    /// When the order was accepted, milliseconds since the Unix epoch, UTC.
    pub created_at_ms: u64,
    /// Who ordered.
    pub customer: Customer,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// At least one, each SKU once.
    pub lines: Vec<Line>,
    /// What the customer pays, in cents of `currency`, discounts deducted.
    pub total_cents: u64,
}

/// The customer as far as other services may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The shop's own id of the customer.
    pub id: String,
    /// `standard`, `silver` or `gold`.
    pub tier: String,
}

/// So many units of one article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Stock keeping unit, for example `TEAPOT-1`.
    pub sku: String,
    /// At least 1.
    pub quantity: u32,
    /// Price of the line in cents of the order's currency, discount deducted.
    pub total_cents: u64,
}

/// A value is at most so long, in bytes: as much as a broker takes by default.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Why a record's value is no order. No message repeats the value: what is not understood may be
/// anything, a secret too.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The record has no value, it is a tombstone: told by who takes the record.
    #[error("the record has no value, where an order.created event is expected")]
    Absent,
    /// More than [`MAX_BYTES`].
    #[error("the value has {0} bytes: expected an order.created event of at most {MAX_BYTES}")]
    TooLong(usize),
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the value is not an order.created event: {0}")]
    Malformed(String),
    /// A major version that this code does not know, or something that is none.
    #[error("order.created version {0} is unknown: this reader knows {VERSION} and its minors")]
    UnknownVersion(String),
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        // These name a field of ours; the others quote what stands in the value.
        let names_a_field = ["missing field", "duplicate field"];
        Self::Malformed(match error.classify() {
            Category::Data if !names_a_field.iter().any(|start| told.starts_with(start)) => {
                format!("a field has the wrong type at line {line} column {column}")
            }
            _ => told,
        })
    }
}

impl OrderCreated {
    /// The record's value.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and integers always serialise")
    }

    /// Reads a record's value.
    ///
    /// # Errors
    /// [`DecodeError::UnknownVersion`] for another major version, told before the other fields
    /// are looked at; the others for anything that is no such event.
    pub fn decode(value: &[u8]) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: String,
        }
        if value.len() > MAX_BYTES {
            return Err(DecodeError::TooLong(value.len()));
        }
        let Versioned { version } = serde_json::from_slice(value)?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&version) != major(VERSION) {
            // Only a version is repeated. Anything else may be a secret, and one that is cut is no
            // longer known for one where telemetry is redacted.
            let is_version = version.len() <= LONGEST_VERSION
                && version
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
            let shown = if is_version {
                format!("{version:?}")
            } else {
                "of another form".to_owned()
            };
            return Err(DecodeError::UnknownVersion(shown));
        }
        Ok(serde_json::from_slice(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> OrderCreated {
        OrderCreated {
            version: VERSION.to_owned(),
            order_id: "0193".to_owned(),
            created_at_ms: 1_700_000_000_000,
            customer: Customer {
                id: "c-1".to_owned(),
                tier: "gold".to_owned(),
            },
            currency: "EUR".to_owned(),
            lines: vec![Line {
                sku: "TEAPOT-1".to_owned(),
                quantity: 2,
                total_cents: 4980,
            }],
            total_cents: 4980,
        }
    }

    #[test]
    fn an_order_survives_the_wire() {
        let value = order().encode();
        assert_eq!(OrderCreated::decode(&value).unwrap(), order());
    }

    #[test]
    fn a_newer_minor_with_unknown_fields_is_read() {
        let mut value = serde_json::to_value(order()).unwrap();
        value["version"] = "1.7".into();
        value["gift_wrap"] = true.into();
        let read = OrderCreated::decode(value.to_string().as_bytes()).unwrap();
        assert_eq!(read.order_id, "0193");
    }

    #[test]
    fn another_major_is_refused_by_its_name() {
        let error = OrderCreated::decode(br#"{"version":"2.0"}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "order.created version \"2.0\" is unknown: this reader knows 1.0 and its minors"
        );
        let error = OrderCreated::decode(br#"{"version":"ada@example.com"}"#).unwrap_err();
        assert!(!error.to_string().contains("ada"), "{error}");
    }

    #[test]
    fn garbage_is_refused_without_a_panic() {
        for value in [&b""[..], b"\xff\xfe", b"[]", b"{}", br#"{"version":1}"#] {
            assert!(matches!(
                OrderCreated::decode(value),
                Err(DecodeError::Malformed(_))
            ));
        }
    }

    #[test]
    fn a_value_beyond_all_measure_is_refused_by_its_length() {
        let error = OrderCreated::decode(&vec![b' '; MAX_BYTES + 1]).unwrap_err();
        assert!(error.to_string().contains("1048577 bytes"), "{error}");
    }

    #[test]
    fn what_a_malformed_value_holds_is_never_repeated() {
        let mut value = serde_json::to_value(order()).unwrap();
        value["total_cents"] = "tok_secret".into();
        let malformed = value.to_string();
        let error = OrderCreated::decode(malformed.as_bytes()).unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(told.contains("wrong type at line 1"), "{told}");
        assert!(!told.contains("tok_secret"), "{told}");
        value.as_object_mut().unwrap().remove("total_cents");
        let missing = value.to_string();
        let error = OrderCreated::decode(missing.as_bytes()).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("missing field `total_cents`"), "{told}");
    }
}
