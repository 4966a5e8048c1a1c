//! Personal data and secrets. What is found is named, never shown: a report goes to more people.
//!
//! What counts as one is decided where it is taken out, in [`shared_telemetry::redact`], so that
//! the linter of telemetry and the process that emits it never disagree.

use shared_telemetry::redact::{self, Kind};

use super::each_text;
use crate::lint::captured::Captured;
use crate::lint::finding::Findings;

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    each_text(captured, &mut |key, text, title, example| {
        for Fault { rule, what, fix } in faults(key, text) {
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

/// A rule, what it found, and what is to be done.
#[derive(PartialEq, Eq)]
struct Fault {
    rule: &'static str,
    what: &'static str,
    fix: &'static str,
}

/// Each sort once, however often it is found.
fn faults(key: &str, text: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    for kind in redact::kinds(key, text) {
        let fault = fault(kind);
        if !found.contains(&fault) {
            found.push(fault);
        }
    }
    found
}

const fn fault(kind: Kind) -> Fault {
    match kind {
        Kind::Credentials | Kind::Cookie | Kind::Jwt | Kind::Userinfo | Kind::Header => Fault {
            rule: "authorization",
            what: "credentials, a cookie, or a header that is not to be recorded",
            fix: "leave the header out, or write REDACTED",
        },
        Kind::Secret | Kind::Token => Fault {
            rule: "secret",
            what: "a token, a password or a key",
            fix: "leave it out, or write REDACTED; what was captured is to be revoked",
        },
        Kind::Email => Fault {
            rule: "personal-data",
            what: "an e-mail address",
            fix: "leave it out, or record an id that only your own systems can resolve",
        },
        Kind::Card => Fault {
            rule: "card-number",
            what: "a payment card's number",
            fix: "leave it out: a card's number must not be stored",
        },
        Kind::Iban => Fault {
            rule: "personal-data",
            what: "the number of a bank account",
            fix: "leave it out, or record an id that only your own systems can resolve",
        },
    }
}
