//! The rules of `Idempotency-Key`: what a key is, when two requests are the same one, and what
//! follows when a key comes again.

use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::checkout::Cart;

/// So long a key is honoured; after it the key is free again.
pub const HONOURED: Duration = Duration::from_secs(24 * 60 * 60);

/// A longer key is no key.
const MAX_LENGTH: usize = 255;

/// What a customer names one checkout by, so that asking twice orders once.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// What stands in a header that is no key. It is not repeated: a key is the customer's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the Idempotency-Key is not valid: expected 1 to {MAX_LENGTH} visible ASCII characters, \
     with or without double quotes around them"
)]
pub struct InvalidKey;

impl Key {
    /// Reads the value of the header: a string as structured fields write it, `"8e03978e"`, or
    /// the same characters bare.
    ///
    /// Source: draft-ietf-httpapi-idempotency-key-header-07; RFC 9651, section 3.3.3.
    ///
    /// # Errors
    /// [`InvalidKey`]: empty, too long, or of other characters.
    pub fn parse(header: &[u8]) -> Result<Self, InvalidKey> {
        let text = std::str::from_utf8(header).map_err(|_| InvalidKey)?.trim();
        let key = match text.strip_prefix('"') {
            Some(quoted) => unquote(quoted.strip_suffix('"').ok_or(InvalidKey)?)?,
            None if text.contains('"') => return Err(InvalidKey),
            None => text.to_owned(),
        };
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=MAX_LENGTH).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(InvalidKey)
        }
    }

    /// What is kept of the key: enough to know it again, too little to tell it.
    #[must_use]
    pub fn hash(&self) -> String {
        hex(Sha256::new_with_prefix(b"key\0").chain_update(&self.0))
    }

    /// What is kept of the cart. The key goes in too, so that nobody who reads the database can
    /// find an e-mail address by trying many.
    #[must_use]
    pub fn seal(&self, fingerprint: &Fingerprint) -> String {
        let hasher = Sha256::new_with_prefix(b"cart\0").chain_update(&self.0);
        hex(hasher
            .chain_update([0])
            .chain_update(fingerprint.0.clone().finalize()))
    }
}

/// Within the quotes only these two are escaped.
fn unquote(text: &str) -> Result<String, InvalidKey> {
    let mut key = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => key.push(escaped),
                _ => return Err(InvalidKey),
            },
            '"' => return Err(InvalidKey),
            plain => key.push(plain),
        }
    }
    Ok(key)
}

fn hex(hasher: Sha256) -> String {
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What makes a request the same one: all that was asked for, however it was spelled.
#[derive(Clone)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// That of a cart.
    #[must_use]
    pub fn of(cart: &Cart) -> Self {
        let mut this = Self(Sha256::new());
        this.add(cart.currency.code());
        this.add(cart.customer.id());
        this.add(cart.customer.tier.name());
        this.add(cart.coupon().unwrap_or_default());
        for line in cart.lines() {
            this.add(line.sku());
            this.add(&line.quantity().to_string());
        }
        this
    }

    /// With something more that the customer sent, which is not kept.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.add(text);
        self
    }

    /// The length goes in as well: `ab` and `c` are not `a` and `bc`.
    fn add(&mut self, text: &str) {
        self.0
            .update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text);
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How far a checkout under a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Somebody is at it, or was when the process ended.
    Working,
    /// The order is written down, and the broker has not acknowledged it yet.
    Written,
    /// The broker has it.
    Accepted,
    /// The customer was told no, once and for all.
    Refused,
}

/// What is known of a key that was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How far it came.
    pub stage: Stage,
    /// The cart is the one that the key was first seen with.
    pub same_cart: bool,
    /// How long ago that was.
    pub age: Duration,
    /// Somebody is at it now, as far as can be known.
    pub held: bool,
}

/// What to do with a key that was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is too old: it names a new checkout.
    Forget,
    /// It belongs to another cart.
    AnotherCart,
    /// Answer as before.
    Replay,
    /// Somebody is at it: wait for them.
    Wait,
    /// The order exists: send the same one once more.
    Resume,
    /// Nothing came of it: begin again.
    TakeOver,
}

impl Seen {
    /// What follows.
    #[must_use]
    pub fn step(self) -> Step {
        match self.stage {
            _ if self.age >= HONOURED => Step::Forget,
            _ if !self.same_cart => Step::AnotherCart,
            Stage::Accepted | Stage::Refused => Step::Replay,
            _ if self.held => Step::Wait,
            Stage::Written => Step::Resume,
            Stage::Working => Step::TakeOver,
        }
    }
}

impl Stage {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Written => "written",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// The stage that is stored so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [Self::Working, Self::Written, Self::Accepted, Self::Refused];
        all.into_iter().find(|stage| stage.name() == name)
    }
}

#[cfg(test)]
mod tests;
