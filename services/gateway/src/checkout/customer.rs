//! Who may order, and what of them is only checked and never kept.

use std::str::FromStr;

use super::{CartError, echo, is_identifier};

/// How well the shop knows a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Tier {
    Standard,
    Silver,
    Gold,
}

/// Who orders, as far as the services behind may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    id: String,
    /// How well the shop knows them.
    pub tier: Tier,
}

impl Customer {
    /// A customer whom the shop knows.
    ///
    /// # Errors
    /// [`CartError::InvalidCustomerId`].
    pub fn new(id: &str, tier: Tier) -> Result<Self, CartError> {
        if !is_identifier(id) {
            return Err(CartError::InvalidCustomerId);
        }
        Ok(Self {
            id: id.to_owned(),
            tier,
        })
    }

    /// A customer of whom nothing is known.
    #[must_use]
    pub fn guest() -> Self {
        Self {
            id: "guest".to_owned(),
            tier: Tier::Standard,
        }
    }

    /// The shop's own id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Checks the shape of an e-mail address; whether it can be reached, only a message tells.
///
/// # Errors
/// [`CartError::InvalidEmail`], which does not repeat it.
pub fn check_email(email: &str) -> Result<(), CartError> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control())
    };
    match email.split_once('@') {
        Some((mailbox, domain)) if email.len() <= 254 && plain(mailbox) && plain(domain) => Ok(()),
        _ => Err(CartError::InvalidEmail),
    }
}

/// Checks the shape of a payment token; only the payment provider can read it.
///
/// # Errors
/// [`CartError::InvalidPaymentToken`], which does not repeat it.
pub fn check_payment_token(token: &str) -> Result<(), CartError> {
    let visible = token.bytes().all(|byte| byte.is_ascii_graphic());
    if (1..=256).contains(&token.len()) && visible {
        Ok(())
    } else {
        Err(CartError::InvalidPaymentToken)
    }
}

impl Tier {
    /// As it is written in carts, events and baggage.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Silver => "silver",
            Self::Gold => "gold",
        }
    }
}

impl FromStr for Tier {
    type Err = CartError;

    fn from_str(text: &str) -> Result<Self, CartError> {
        let known = [Self::Standard, Self::Silver, Self::Gold];
        let known = known.into_iter().find(|tier| tier.name() == text);
        known.ok_or_else(|| CartError::UnknownTier(echo(text)))
    }
}
