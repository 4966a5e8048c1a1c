//! The rules of a quote: what may be asked for, what it costs, what a promotion takes off.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::Serialize;

/// What an article costs in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Stock keeping unit, for example `TEAPOT-1`.
    pub sku: String,
    /// The currency of `unit_cents`.
    pub currency: Currency,
    /// What a customer reads.
    pub name: String,
    /// Price of one, in cents.
    pub unit_cents: u64,
}

/// So many percent off for those who know the coupon, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// 0 to 100.
    pub percent: u8,
    /// The first moment at which it counts.
    pub valid_from: SystemTime,
    /// The first moment at which it no longer counts.
    pub valid_until: SystemTime,
}

/// A currency in which the shop has prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Euro.
    Eur,
    /// US dollar.
    Usd,
}

/// How many of one article: 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity(u16);

/// The price of one line of a cart. All amounts are in cents of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Quote {
    pub sku: String,
    pub name: String,
    pub quantity: u16,
    pub currency: Currency,
    pub unit_cents: u64,
    pub subtotal_cents: u64,
    pub discount_cents: u64,
    pub total_cents: u64,
    pub discount_percent: u8,
}

/// Why there is no quote. Each is one sentence for the customer.
///
/// None repeats what was typed, except what has the form of an SKU: the sentences reach logs and
/// spans, and a form may be filled in with anything, an e-mail address for example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum QuoteError {
    #[error("there is no article {sku} with a price in {currency}")]
    UnknownItem { sku: String, currency: Currency },
    #[error(
        "there is no such article: an SKU has 1 to 64 letters, digits, dashes, underscores or dots"
    )]
    NoSku,
    #[error("the coupon is unknown")]
    UnknownCoupon,
    #[error("the coupon has expired")]
    ExpiredCoupon,
    #[error("the coupon is not valid yet")]
    EarlyCoupon,
    #[error("the currency is not supported: expected EUR or USD")]
    UnsupportedCurrency,
    #[error("the quantity is not a whole number from 1 to 1000")]
    InvalidQuantity,
    #[error("{quantity} of {sku} cost more than can be counted")]
    Uncountable { sku: String, quantity: u16 },
}

/// True when `text` can be an SKU at all: what cannot be one is not looked up.
#[must_use]
pub fn is_sku(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
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

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = QuoteError;

    fn from_str(text: &str) -> Result<Self, QuoteError> {
        [Self::Eur, Self::Usd]
            .into_iter()
            .find(|currency| currency.code() == text)
            .ok_or(QuoteError::UnsupportedCurrency)
    }
}

impl FromStr for Quantity {
    type Err = QuoteError;

    fn from_str(text: &str) -> Result<Self, QuoteError> {
        match text.parse() {
            Ok(quantity @ 1..=1000) => Ok(Self(quantity)),
            _ => Err(QuoteError::InvalidQuantity),
        }
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self(1)
    }
}

impl Promotion {
    /// The promotion itself, if it counts at `now`.
    ///
    /// # Errors
    /// [`QuoteError::EarlyCoupon`] before, [`QuoteError::ExpiredCoupon`] after.
    pub fn valid_at(self, now: SystemTime) -> Result<Self, QuoteError> {
        if now < self.valid_from {
            Err(QuoteError::EarlyCoupon)
        } else if now >= self.valid_until {
            Err(QuoteError::ExpiredCoupon)
        } else {
            Ok(self)
        }
    }
}

/// The moment `seconds` after the Unix epoch, or before it when negative.
#[must_use]
pub fn unix_time(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}

impl Quote {
    /// What `quantity` of `item` cost. A discount that is no whole number of cents is rounded
    /// down: a promotion never takes off more than its percentage.
    ///
    /// # Errors
    /// [`QuoteError::Uncountable`] when an amount exceeds 64 bits.
    pub fn of(
        item: &Item,
        quantity: Quantity,
        promotion: Option<&Promotion>,
    ) -> Result<Self, QuoteError> {
        let Quantity(quantity) = quantity;
        let percent = promotion.map_or(0, |promotion| promotion.percent);
        let uncountable = || QuoteError::Uncountable {
            sku: item.sku.clone(),
            quantity,
        };
        let subtotal = item
            .unit_cents
            .checked_mul(quantity.into())
            .ok_or_else(uncountable)?;
        let discount = subtotal
            .checked_mul(percent.into())
            .ok_or_else(uncountable)?
            / 100;
        Ok(Self {
            sku: item.sku.clone(),
            name: item.name.clone(),
            quantity,
            currency: item.currency,
            unit_cents: item.unit_cents,
            subtotal_cents: subtotal,
            discount_cents: discount,
            total_cents: subtotal.checked_sub(discount).ok_or_else(uncountable)?,
            discount_percent: percent,
        })
    }
}

#[cfg(test)]
mod tests;
