//! Secrets that nobody else has, let into a running shop by every input: each one that leaks says
//! where it got in.

mod grpc;
mod http;
mod kafka;
mod page;
mod sql;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Demo, DemoBuilder};

pub use kafka::written;
pub use sql::Databases;

/// How every canary begins, and how many bytes with it tell it from the others.
const FORMS: [(&str, usize); 5] = [
    ("canary", 10),
    // The same in Base64.
    ("Y2FuYXJ5", 16),
    ("cAnary", 10),
    ("CANARY", 10),
    ("45391488034", 16),
];

/// All secrets that were let into a system so far.
#[derive(Debug, Default)]
pub struct Canaries {
    /// What each is, by the part of it that is looked for.
    all: Mutex<HashMap<String, String>>,
    traces: AtomicUsize,
}

/// One of them, found where it must not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// What it is and where it got in.
    pub label: String,
    /// The part of it that was found.
    pub trace: String,
}

/// Lets canaries in by the environment: what an operator has put into the Resource of each service.
#[must_use]
pub fn into_resources(demo: DemoBuilder, canaries: &Canaries) -> DemoBuilder {
    let services = ["gateway", "pricing", "fulfillment", "inventory"];
    services.into_iter().fold(demo, |demo, service| {
        let place = |what: &str| format!("{what} of the Resource of {service}");
        let attributes = format!(
            "app.owner={},app.card={},app.password={},{}=x",
            canaries.mail(&place("a value")),
            canaries.card(&place("a value")),
            canaries.word(&place("password")),
            canaries.mail(&place("a key")).replace('@', "%40"),
        );
        demo.set(&format!("{service}.OTEL_RESOURCE_ATTRIBUTES={attributes}"))
    })
}

/// Lets canaries in by every input of the shop, then has an ordinary order; gives how many messages
/// are to become dead letters.
pub async fn let_in(demo: &Demo, canaries: &Canaries) -> usize {
    http::send(demo, canaries).await;
    page::send(demo, canaries).await;
    grpc::send(&grpc::address(demo).await, canaries).await;
    let dead = kafka::send(&demo.url("kafka"), canaries).await;
    demo.order().await;
    dead
}

impl Canaries {
    fn all(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all().len()
    }

    /// What they are and where they were let in, each place once.
    #[must_use]
    pub fn places(&self) -> BTreeSet<String> {
        self.all().values().cloned().collect()
    }

    fn keep(&self, what: &str, place: &str, of: impl FnOnce(usize) -> String) -> String {
        let mut all = self.all();
        let secret = of(all.len());
        let (_, length) = FORMS
            .into_iter()
            .find(|(form, _)| secret.starts_with(form))
            .expect("of one of the forms");
        all.insert(secret[..length].to_owned(), format!("{what} in {place}"));
        secret
    }

    /// An e-mail address.
    pub fn mail(&self, place: &str) -> String {
        let mailbox = self.keep("an e-mail address", place, |number| {
            format!("canary{number:04}x")
        });
        format!("{mailbox}@example.com")
    }

    /// A card's number, with its check digit.
    pub fn card(&self, place: &str) -> String {
        self.keep("a card", place, |number| {
            let number = format!("45391488034{number:04}");
            let doubled = |(place, digit): (usize, char)| {
                let digit = digit.to_digit(10).unwrap() * (1 + u32::from(place % 2 == 0));
                digit / 10 + digit % 10
            };
            let sum: u32 = number.chars().rev().enumerate().map(doubled).sum();
            format!("{number}{}", (10 - sum % 10) % 10)
        })
    }

    /// A card's number, as a number.
    pub fn number(&self, place: &str) -> u64 {
        self.card(place).parse().expect("sixteen digits")
    }

    /// A word that only its place makes a secret.
    pub fn word(&self, place: &str) -> String {
        self.keep("a secret", place, |number| {
            format!("cAnary{number:04}Zz9Qx7w")
        })
    }

    /// A coupon, in the form in which the shop has them.
    pub fn coupon(&self, place: &str) -> String {
        self.keep("a coupon", place, |number| format!("CANARY{number:04}SAVE"))
    }

    /// Twelve bytes in Base64, as JSON has them. They are looked for in both forms.
    pub fn base64(&self, place: &str) -> String {
        let bytes = self.keep("bytes", place, |number| format!("canary{number:04}xx"));
        let encoded = base64(bytes.as_bytes());
        self.keep("bytes", place, |_| encoded)
    }

    /// A caller's sampled span, in a trace that no other canary is in.
    fn traceparent(&self) -> String {
        format!("00-{}-00f067aa0ba902b7-01", self.trace_id())
    }

    fn trace_id(&self) -> String {
        let number = self.traces.fetch_add(1, Ordering::Relaxed);
        format!("4bf92f3577b34da6a3ce929d{number:08x}")
    }

    /// Those of which `text` holds enough to be told from the others.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<Leak> {
        let all = self.all();
        let mut found = HashSet::new();
        for (form, length) in FORMS {
            for (at, _) in text.match_indices(form) {
                found.extend(text.get(at..at + length));
            }
        }
        leaks(&all, found.into_iter())
    }

    /// As [`found_in`](Self::found_in), in a file of any form; in protobuf a card's number is eight
    /// bytes, whether it is a whole number or one with a fraction.
    #[must_use]
    pub fn found_in_bytes(&self, bytes: &[u8]) -> Vec<Leak> {
        let mut found = self.found_in(&String::from_utf8_lossy(bytes));
        let all = self.all();
        let cards = all
            .keys()
            .filter_map(|trace| Some((trace.as_str(), trace.parse::<u64>().ok()?)));
        let forms: HashMap<[u8; 8], &str> = cards
            .flat_map(|(trace, card)| [(varint(card), trace), (fraction(card), trace)])
            .collect();
        // What all of these have in common, so that not every byte of a file is looked up.
        let likely = |last: u8| matches!(last, 0x08 | 0x43);
        let numbers = bytes.windows(8).filter(|window| likely(window[7]));
        let numbers = numbers.filter_map(|window| forms.get(window).copied());
        found.extend(leaks(&all, numbers));
        found.sort();
        found.dedup();
        found
    }
}

fn leaks<'t>(all: &HashMap<String, String>, found: impl Iterator<Item = &'t str>) -> Vec<Leak> {
    let known = found.filter_map(|trace| Some((all.get(trace)?, trace)));
    let mut leaks: Vec<_> = known
        .map(|(label, trace)| Leak {
            label: label.clone(),
            trace: trace.to_owned(),
        })
        .collect();
    leaks.sort();
    leaks
}

/// A multiple of three bytes, which needs no padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.as_chunks::<3>().0.iter().flat_map(|[a, b, c]| {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        [18, 12, 6, 0].map(|shift| DIGITS[(bits >> shift) as usize & 63])
    });
    digits.map(char::from).collect()
}

/// Sixteen digits as protobuf writes them in an `int64`: seven bits a byte, eight bytes in all.
fn varint(number: u64) -> [u8; 8] {
    std::array::from_fn(|at| {
        let bits = (number >> (7 * at)) & 0x7f;
        let more = if at < 7 { 0x80 } else { 0 };
        u8::try_from(bits).expect("seven bits") | more
    })
}

/// The same in a `double`.
#[allow(clippy::cast_precision_loss)] // Sixteen digits that begin with 45 fit.
fn fraction(number: u64) -> [u8; 8] {
    (number as f64).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_in_every_notation_and_no_other_for_it() {
        let canaries = Canaries::default();
        let (mail, card) = (canaries.mail("a mail"), canaries.number("a card"));
        let (word, coupon) = (canaries.word("a word"), canaries.coupon("a coupon"));
        canaries.mail("nowhere");
        assert_eq!((canaries.count(), canaries.places().len()), (5, 5));

        let labels = |found: Vec<Leak>| -> Vec<_> {
            found.into_iter().map(|leak| leak.label).collect::<Vec<_>>()
        };
        let text = format!("?a={}&{word}{coupon}", mail.replace('@', "%40"));
        assert_eq!(
            labels(canaries.found_in(&text)),
            [
                "a coupon in a coupon",
                "a secret in a word",
                "an e-mail address in a mail"
            ]
        );
        let mut bytes = b"\xff\x18".to_vec();
        prost::encoding::encode_varint(card, &mut bytes);
        assert_eq!(
            labels(canaries.found_in_bytes(&bytes)),
            ["a card in a card"]
        );
        let double = [b"\x21".as_slice(), &fraction(card), b"rest"].concat();
        assert_eq!(
            labels(canaries.found_in_bytes(&double)),
            ["a card in a card"]
        );
        assert_eq!(labels(canaries.found_in(&card.to_string())).len(), 1);
        assert!(canaries.found_in("canary 0001, canary00").is_empty());
        let bytes = canaries.base64("bytes");
        assert_eq!(bytes, "Y2FuYXJ5MDAwNXh4");
        assert_eq!(labels(canaries.found_in(&bytes)), ["bytes in bytes"]);
    }
}
