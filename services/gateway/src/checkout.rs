//! The rules of a checkout: what a cart may hold, who may order, what it costs.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod customer;

pub use customer::{Customer, Tier, check_email, check_payment_token};

/// A cart holds at most so many lines.
pub const MAX_LINES: usize = 50;

/// A customer's word is quoted back up to here, in characters.
const ECHOED: usize = 64;

/// A cart that may be quoted: 1 to 50 lines, each SKU once, each quantity from 1 to 1000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    lines: Vec<Line>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Who orders.
    pub customer: Customer,
    coupon: Option<String>,
}

/// So many units of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    sku: String,
    quantity: u32,
}

/// A currency in which the shop has prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Currency {
    Eur,
    Usd,
}

/// The price of one line, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Quote {
    pub subtotal_cents: u64,
    pub discount_cents: u64,
    pub total_cents: u64,
}

/// Why a checkout is turned down. Each is one sentence for the customer, none holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CartError {
    #[error("the cart is empty: expected 1 to {MAX_LINES} lines")]
    Empty,
    #[error("the cart has {0} lines: expected at most {MAX_LINES}")]
    TooManyLines(usize),
    #[error("the article {0:?} is in the cart more than once: add up its quantities")]
    RepeatedSku(String),
    #[error("there is no article {0:?} with a price in {1}")]
    UnknownArticle(String, Currency),
    #[error("the quantity of {sku:?} is {quantity}: expected a whole number from 1 to 1000")]
    InvalidQuantity { sku: String, quantity: String },
    #[error("the currency {0:?} is not supported: expected EUR or USD")]
    UnsupportedCurrency(String),
    #[error("the tier {0:?} is unknown: expected standard, silver or gold")]
    UnknownTier(String),
    #[error("customer.id is not valid: expected 1 to 64 letters, digits, '-', '_' or '.'")]
    InvalidCustomerId,
    #[error("customer.email is not an e-mail address")]
    InvalidEmail,
    #[error("payment_token is not valid: expected 1 to 256 visible ASCII characters")]
    InvalidPaymentToken,
    #[error("the coupon is not valid: expected at most 64 characters")]
    InvalidCoupon,
    #[error("{0}")]
    NotQuoted(String),
    #[error("the cart costs more than can be counted")]
    Uncountable,
}

fn echo(text: &str) -> String {
    text.chars().take(ECHOED).collect()
}

/// True when `text` can be the id of an article or a customer.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

impl CartError {
    pub(crate) fn unknown_article(sku: &str, currency: Currency) -> Self {
        Self::UnknownArticle(echo(sku), currency)
    }
}

impl Line {
    /// A line as a customer wrote it: `quantity` is still a word.
    ///
    /// # Errors
    /// No article can have this SKU, or the quantity is none.
    pub fn new(sku: &str, quantity: &str, currency: Currency) -> Result<Self, CartError> {
        if !is_identifier(sku) {
            return Err(CartError::unknown_article(sku, currency));
        }
        match quantity.parse() {
            Ok(quantity @ 1..=1000) => Ok(Self {
                sku: sku.to_owned(),
                quantity,
            }),
            _ => Err(CartError::InvalidQuantity {
                sku: sku.to_owned(),
                quantity: echo(quantity),
            }),
        }
    }

    /// Stock keeping unit.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.sku
    }

    /// 1 to 1000.
    #[must_use]
    pub fn quantity(&self) -> u32 {
        self.quantity
    }
}

impl Cart {
    /// A cart, if its lines make one.
    ///
    /// # Errors
    /// No line, too many, one article twice, or a coupon that can be none.
    pub fn new(
        lines: Vec<Line>,
        currency: Currency,
        customer: Customer,
        coupon: Option<String>,
    ) -> Result<Self, CartError> {
        if lines.is_empty() {
            return Err(CartError::Empty);
        }
        if lines.len() > MAX_LINES {
            return Err(CartError::TooManyLines(lines.len()));
        }
        let mut seen = HashSet::new();
        if let Some(line) = lines.iter().find(|line| !seen.insert(&line.sku)) {
            return Err(CartError::RepeatedSku(line.sku.clone()));
        }
        // A form field that was left empty is no coupon.
        let coupon = coupon.filter(|coupon| !coupon.is_empty());
        if coupon
            .as_ref()
            .is_some_and(|coupon| coupon.chars().count() > ECHOED)
        {
            return Err(CartError::InvalidCoupon);
        }
        Ok(Self {
            lines,
            currency,
            customer,
            coupon,
        })
    }

    /// 1 to 50, each SKU once.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What the customer typed, if anything.
    #[must_use]
    pub fn coupon(&self) -> Option<&str> {
        self.coupon.as_deref()
    }
}

impl Quote {
    /// What several lines cost together.
    ///
    /// # Errors
    /// [`CartError::Uncountable`] when a sum exceeds 64 bits.
    pub fn sum(quotes: &[Self]) -> Result<Self, CartError> {
        let sum = |amount: fn(&Self) -> u64| {
            let mut amounts = quotes.iter().map(amount);
            amounts
                .try_fold(0, u64::checked_add)
                .ok_or(CartError::Uncountable)
        };
        Ok(Self {
            subtotal_cents: sum(|quote| quote.subtotal_cents)?,
            discount_cents: sum(|quote| quote.discount_cents)?,
            total_cents: sum(|quote| quote.total_cents)?,
        })
    }
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Usd => "USD",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CartError;

    fn from_str(text: &str) -> Result<Self, CartError> {
        let known = [Self::Eur, Self::Usd]
            .into_iter()
            .find(|currency| currency.code() == text);
        known.ok_or_else(|| CartError::UnsupportedCurrency(echo(text)))
    }
}

#[cfg(test)]
mod tests;
