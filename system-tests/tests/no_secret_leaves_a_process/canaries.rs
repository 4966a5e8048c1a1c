//! Secrets that nobody else has, so that each one that leaks says where it got in.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// All secrets that were let into a system so far.
#[derive(Default)]
pub(crate) struct Canaries {
    count: AtomicUsize,
    all: Mutex<Vec<Canary>>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Canary {
    /// What it is and where it got in.
    pub(crate) label: String,
    /// What is looked for: a part that survives percent-encoding.
    pub(crate) trace: String,
}

impl Canaries {
    fn number(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    fn keep(&self, what: &str, place: &str, trace: &str) {
        let canary = Canary {
            label: format!("{what} in {place}"),
            trace: trace.to_owned(),
        };
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(canary);
    }

    /// An e-mail address.
    pub(crate) fn mail(&self, place: &str) -> String {
        let mailbox = format!("canary{:03}", self.number());
        self.keep("an e-mail address", place, &mailbox);
        format!("{mailbox}@example.com")
    }

    /// A card's number, with its check digit.
    pub(crate) fn card(&self, place: &str) -> String {
        let number = format!("45391488034{:04}", self.number());
        let doubled = |(place, digit): (usize, char)| {
            let digit = digit.to_digit(10).unwrap() * (1 + u32::from(place % 2 == 0));
            digit / 10 + digit % 10
        };
        let sum: u32 = number.chars().rev().enumerate().map(doubled).sum();
        let number = format!("{number}{}", (10 - sum % 10) % 10);
        self.keep("a card", place, &number);
        number
    }

    /// A word that only its place makes a secret.
    pub(crate) fn word(&self, place: &str) -> String {
        let word = format!("cAnary{:03}Zz9Qx7w", self.number());
        self.keep("a secret", place, &word);
        word
    }

    /// A coupon, in the form in which the shop has them.
    pub(crate) fn coupon(&self, place: &str) -> String {
        let coupon = format!("CANARY{:03}SAVE", self.number());
        self.keep("a coupon", place, &coupon);
        coupon
    }

    /// Those that `text` holds.
    pub(crate) fn found_in(&self, text: &str) -> Vec<Canary> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().filter(|canary| text.contains(&canary.trace));
        found.cloned().collect()
    }
}
