//! The `order.created` event: JSON, versioned, unknown fields ignored.

use serde::{Deserialize, Serialize};

/// The version this code writes: `major.minor`. A reader accepts every minor of its major.
pub const VERSION: &str = "1.0";

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

/// Why a record's value is no order.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the value is not an order.created event: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A major version that this code does not know.
    #[error("order.created version {0:?} is unknown: this reader knows {VERSION} and its minors")]
    UnknownVersion(String),
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
    /// are looked at; [`DecodeError::Malformed`] for anything that is no such event.
    pub fn decode(value: &[u8]) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: String,
        }
        let Versioned { version } = serde_json::from_slice(value)?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&version) != major(VERSION) {
            return Err(DecodeError::UnknownVersion(version));
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
        assert_eq!(OrderCreated::decode(&order().encode()).unwrap(), order());
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
}
