//! Nothing secret leaves the process: what must not be in telemetry is taken out of it, and a
//! text that says what was there stands in its place.
//!
//! # Where
//!
//! Everything that leaves goes through here on its way: names, attributes, events, links and
//! status of spans, bodies and attributes of log records, lines on standard output, attributes of
//! metrics, the Resource, and what is sent on as `baggage` and `tracestate`. Spans are read on the
//! export thread, where no request waits for it; log lines are read where they are written.
//!
//! # How
//!
//! By **name** first: what stands under `authorization`, `password` or `api_key` is a secret
//! whatever it looks like, be it an attribute's key, a JSON field or a parameter of a query. Then
//! by **form**: e-mail addresses, payment cards (with their check digit), bank accounts, JSON Web
//! Tokens, `Bearer …`, `user:password@` in a URL. And a header becomes an attribute only if it is
//! on a list ([`headers`]).
//!
//! ```
//! use shared_telemetry::redact;
//!
//! assert_eq!(redact::text("no mailbox ada@example.com"), "no mailbox [redacted:email]");
//! assert_eq!(redact::text("GET /a?token=s3cret&page=2"), "GET /a?token=[redacted:secret]&page=2");
//! assert_eq!(redact::value("app.api_key", "s3cret"), "[redacted:secret]");
//! assert_eq!(redact::text("order 4242424242424241"), "order 4242424242424241", "no check digit");
//! ```
//!
//! What is clean is neither copied nor allocated. What a key says is found out once
//! (`keys`), and a first look counts what a text is made of: that clears most of them
//! (`glance`). What it does not clear is read in one pass, linear in the text whatever the text
//! is, so that nobody can stop the export with a long one.
//!
//! It is the second line of defence. The first is not to record a secret at all, and no list of
//! forms is complete: `docs/redaction.md` says what is not found.

mod cards;
mod credentials;
mod export;
mod glance;
pub mod headers;
mod keys;
mod kind;
mod mailbox;
mod pairs;
mod scan;
mod secret_names;
mod segments;
mod values;
mod view;

use std::borrow::Cow;
use std::sync::OnceLock;

pub(crate) use export::Redacted;
pub use kind::Kind;
pub(crate) use values::{fraction, key_value, name, number, resource};

use glance::Glance;
use keys::{Keys, Rule};
use kind::is_redacted;
use scan::{Found, Place, Scan};
use view::View;

/// How this process redacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Redaction {
    /// `TELEMETRY_REDACTION`.
    pub(crate) on: bool,
    /// Names of secrets that only the program knows, in lower case, without `_` and `-`.
    pub(crate) own_names: &'static [&'static str],
}

/// How this process redacts, and what it has found out about keys.
struct Current {
    redaction: Redaction,
    keys: Keys,
}

impl Current {
    const fn new(redaction: Redaction) -> Self {
        Self {
            redaction,
            keys: Keys::new(),
        }
    }

    fn rule(&self, key: &str) -> Rule {
        self.keys.rule(key, self.redaction.own_names)
    }
}

static REDACTION: OnceLock<Current> = OnceLock::new();

static DEFAULT: Current = Current::new(Redaction {
    on: true,
    own_names: &[],
});

/// Only the first call counts: tests share one installation.
pub(crate) fn install(redaction: Redaction) {
    let _ = REDACTION.set(Current::new(redaction));
}

fn current() -> &'static Current {
    REDACTION.get().unwrap_or(&DEFAULT)
}

/// False only where `TELEMETRY_REDACTION` is `off`.
pub(crate) fn is_on() -> bool {
    current().redaction.on
}

/// `text` without what must not leave the process; borrowed when there is nothing to hide. For
/// what leaves by another way than telemetry: a header with an error's message.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    value("", text)
}

/// As [`text`], for the value under `key`, which may say that the whole of it is a secret.
#[must_use]
pub fn value<'t>(key: &str, text: &'t str) -> Cow<'t, str> {
    clean(key, text).unwrap_or(Cow::Borrowed(text))
}

/// As [`value`], for the message of a log line: of the names of secrets only a program's own may be
/// `message`.
pub(crate) fn message(text: &str) -> Cow<'_, str> {
    let no_own = current().redaction.own_names.is_empty();
    value(if no_own { "" } else { "message" }, text)
}

/// What is to leave instead of `text`; `None` for the text itself.
fn clean(key: &str, text: &str) -> Option<Cow<'static, str>> {
    let current = current();
    if !current.redaction.on {
        return None;
    }
    clean_by(current.rule(key), text)
}

/// As [`clean`], for who has asked what the key says.
fn clean_by(rule: Rule, text: &str) -> Option<Cow<'static, str>> {
    match rule.whole {
        Some(_) if is_redacted(text.as_bytes()) => None,
        Some(kind) => Some(Cow::Borrowed(kind.marker())),
        None => scrub(text, rule.place(current().redaction.own_names)).map(Cow::Owned),
    }
}

/// True for a text that is left out whole where it is sent on: a key or a property can't be cut
/// without becoming something else.
pub(crate) fn found_in(text: &str) -> bool {
    clean("", text).is_some()
}

/// As [`found_in`], for a member of `tracestate`, whose value only its vendor can read.
pub(crate) fn found_in_tracestate(key: &str, value: &str) -> bool {
    let is_secret = || clean(key, value).is_some() || found_in(key);
    // OpenTelemetry's own member is hexadecimal by its grammar, and some such numbers are cards.
    key != "ot" && is_secret()
}

/// What is found in the value under `key`, in order, whatever the setting: for who checks
/// telemetry of others.
#[must_use]
pub fn kinds(key: &str, text: &str) -> Vec<Kind> {
    let rule = Rule::of(key, &[]);
    match rule.whole {
        Some(_) if is_redacted(text.as_bytes()) => Vec::new(),
        Some(kind) => vec![kind],
        None => {
            let view = View::new(text);
            let place = rule.place(&[]);
            let scan = Scan::new(&view, place, Glance::at(&view.bytes).signs(place));
            scan.map(|found| found.kind).collect()
        }
    }
}

/// `None` when there is nothing to hide.
fn scrub(text: &str, place: Place<'_>) -> Option<String> {
    let glance = Glance::at(text.as_bytes());
    if glance.clears(place) {
        return None;
    }
    let (view, signs) = if glance.is_plain() {
        (View::plain(text), glance.signs(place))
    } else {
        let view = View::new(text);
        let signs = Glance::at(&view.bytes).signs(place);
        (view, signs)
    };
    let mut scan = Scan::new(&view, place, signs);
    let first = scan.next()?;
    let mut clean = String::with_capacity(text.len() + 32);
    let mut done = 0;
    for Found { start, end, kind } in std::iter::once(first).chain(scan) {
        let (start, end) = view.range(start, end);
        clean.push_str(&text[done..start.max(done)]);
        clean.push_str(kind.marker());
        done = end.max(done);
    }
    clean.push_str(&text[done..]);
    Some(clean)
}

#[cfg(test)]
mod tests;
