//! Personal data and secrets. What is found is named, never shown: a report goes to more people.

use super::{each_text, secrets};
use crate::lint::captured::Captured;
use crate::lint::finding::Findings;

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    each_text(captured, &mut |key, text, title, example| {
        for (rule, what, fix) in faults(key, text) {
            findings.add(
                rule,
                title.to_owned(),
                example.clone(),
                format!("it holds {what}, and whoever reads telemetry reads it"),
                fix,
            );
        }
    });
}

type Fault = (&'static str, &'static str, &'static str);

fn faults(key: &str, text: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    if secrets::in_authorization(key, text) {
        found.push((
            "authorization",
            "credentials of an Authorization header, a cookie or a URL",
            "leave the header out, or write REDACTED",
        ));
    }
    if secrets::in_query(text) || secrets::under_its_name(key, text) {
        found.push((
            "secret",
            "a token, a password or a key",
            "leave it out, or write REDACTED; what was captured is to be revoked",
        ));
    }
    if has_email(text) {
        found.push((
            "personal-data",
            "an e-mail address",
            "leave it out, or record an id that only your own systems can resolve",
        ));
    }
    if has_card_number(text) {
        found.push((
            "card-number",
            "a payment card's number",
            "leave it out: a card's number must not be stored",
        ));
    }
    found
}

fn has_email(text: &str) -> bool {
    let of_mailbox = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let of_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    text.match_indices('@').any(|(at, _)| {
        let mailbox = text[..at].chars().next_back().is_some_and(of_mailbox);
        let rest = &text[at + 1..];
        let end = rest.find(|c| !of_domain(c)).unwrap_or(rest.len());
        let domain = rest[..end].trim_end_matches(['.', '-']);
        let top = domain.rsplit_once('.').map(|(_, top)| top);
        mailbox && top.is_some_and(|top| top.len() >= 2 && top.chars().all(char::is_alphabetic))
    })
}

/// 13 to 19 digits, perhaps in groups, that begin as cards do and have the right check digit.
fn has_card_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while at < bytes.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        // Within a word, such as a UUID, a hash or a fraction, it is no number of its own.
        let inside =
            at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b"-.".contains(&bytes[at - 1]));
        let mut groups: Vec<&[u8]> = Vec::new();
        loop {
            let end = (at..=bytes.len())
                .find(|end| !digit(*end))
                .unwrap_or(bytes.len());
            groups.push(&bytes[at..end]);
            at = end;
            if !(matches!(bytes.get(at), Some(b' ' | b'-')) && digit(at + 1)) {
                break;
            }
            at += 1;
        }
        if bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            groups.pop();
        }
        if !inside && (0..groups.len()).any(|first| begins_with_card(&groups[first..])) {
            return true;
        }
    }
    false
}

fn begins_with_card(groups: &[&[u8]]) -> bool {
    let mut digits = Vec::new();
    for group in groups.iter().take_while(|group| group.len() <= 19) {
        digits.extend(group.iter().map(|byte| byte - b'0'));
        if digits.len() > 19 {
            return false;
        }
        if is_card_number(&digits) {
            return true;
        }
    }
    false
}

fn is_card_number(digits: &[u8]) -> bool {
    let cards = matches!(digits.first(), Some(3..=6)) && (13..=19).contains(&digits.len());
    cards && luhn(digits) == 0
}

/// The sum by which the last digit of a card's number is chosen; 0 when it fits.
fn luhn(digits: &[u8]) -> u32 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum % 10
}
