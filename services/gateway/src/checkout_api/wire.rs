//! A checkout as it is written on the wire, before the rules have seen it.
//!
//! `expecting` keeps the names of these types out of the sentences that callers read.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::checkout::{self, Cart, CartError, Currency, Customer, Line};
use crate::idempotency::Fingerprint;

/// What a customer asks for.
pub(super) struct Asked {
    pub(super) cart: Cart,
    /// All of it, what is not kept too.
    pub(super) fingerprint: Fingerprint,
}

/// The body of `POST /checkout`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with lines, currency, customer and payment_token")]
pub(super) struct CartBody {
    lines: Vec<LineBody>,
    currency: String,
    customer: CustomerBody,
    coupon: Option<String>,
    payment_token: Confidential,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with sku and quantity")]
struct LineBody {
    sku: String,
    /// Any number: the rules say which ones are quantities.
    quantity: serde_json::Number,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with id, tier and email")]
struct CustomerBody {
    id: String,
    tier: String,
    email: Confidential,
}

/// The query of `GET /checkout`: one line, by a guest. A word that is not known is a mistake:
/// `?sku=MUG-2&qantity=3` must not order one piece.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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

impl TryFrom<CartBody> for Asked {
    type Error = CartError;

    fn try_from(body: CartBody) -> Result<Self, CartError> {
        let currency: Currency = body.currency.parse()?;
        let customer = Customer::new(&body.customer.id, body.customer.tier.parse()?)?;
        let (email, token) = (&body.customer.email.0, &body.payment_token.0);
        checkout::check_email(email)?;
        checkout::check_payment_token(token)?;
        let line = |line: &LineBody| Line::new(&line.sku, &line.quantity.to_string(), currency);
        let lines = body.lines.iter().map(line).collect::<Result<_, _>>()?;
        let cart = Cart::new(lines, currency, customer, body.coupon)?;
        let fingerprint = Fingerprint::of(&cart).with(email).with(token);
        Ok(Self { cart, fingerprint })
    }
}

impl TryFrom<CartQuery> for Asked {
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
        let cart = Cart::new(lines, currency, Customer::guest(), query.coupon)?;
        let fingerprint = Fingerprint::of(&cart);
        Ok(Self { cart, fingerprint })
    }
}
