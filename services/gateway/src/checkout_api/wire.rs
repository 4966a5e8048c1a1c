//! A checkout as it is written on the wire, before the rules have seen it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::checkout::{self, Cart, CartError, Currency, Customer, Line};

/// The body of `POST /checkout`.
#[derive(Debug, Deserialize)]
pub(super) struct CartBody {
    lines: Vec<LineBody>,
    currency: String,
    customer: CustomerBody,
    coupon: Option<String>,
    payment_token: Confidential,
}

#[derive(Debug, Deserialize)]
struct LineBody {
    sku: String,
    /// Any number: the rules say which ones are quantities.
    quantity: serde_json::Number,
}

#[derive(Debug, Deserialize)]
struct CustomerBody {
    id: String,
    tier: String,
    email: Confidential,
}

/// The query of `GET /checkout`: one line, by a guest.
#[derive(Debug, Deserialize)]
pub(super) struct CartQuery {
    #[serde(default)]
    sku: String,
    quantity: Option<String>,
    coupon: Option<String>,
    currency: Option<String>,
}

/// A text that is checked and then forgotten: never logged, traced or published. What is no
/// text is refused without being repeated.
struct Confidential(String);

impl<'de> Deserialize<'de> for Confidential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("expected a text")),
        }
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl TryFrom<CartBody> for Cart {
    type Error = CartError;

    fn try_from(body: CartBody) -> Result<Self, CartError> {
        let currency: Currency = body.currency.parse()?;
        let customer = Customer::new(&body.customer.id, body.customer.tier.parse()?)?;
        checkout::check_email(&body.customer.email.0)?;
        checkout::check_payment_token(&body.payment_token.0)?;
        let line = |line: &LineBody| Line::new(&line.sku, &line.quantity.to_string(), currency);
        let lines = body.lines.iter().map(line).collect::<Result<_, _>>()?;
        Cart::new(lines, currency, customer, body.coupon)
    }
}

impl TryFrom<CartQuery> for Cart {
    type Error = CartError;

    fn try_from(query: CartQuery) -> Result<Self, CartError> {
        let currency = query
            .currency
            .as_deref()
            .map_or(Ok(Currency::Eur), str::parse)?;
        let quantity = query.quantity.as_deref().unwrap_or("1");
        let lines = match query.sku.as_str() {
            "" => Vec::new(),
            sku => vec![Line::new(sku, quantity, currency)?],
        };
        Cart::new(lines, currency, Customer::guest(), query.coupon)
    }
}
