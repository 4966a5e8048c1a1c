//! E-mail addresses, by the `@`.

use super::Kind;
use super::scan::Found;
use super::view::View;

/// RFC 5321, section 4.5.3.1: longest mailbox name and domain.
const LONGEST_MAILBOX: usize = 64;
const LONGEST_DOMAIN: usize = 255;

/// The address around the `@` at `at`.
///
/// The domain must have a dot and end in letters. So `deploy@web-1` is none, `left-pad@1.2.3` is
/// none, and `git@example.com` is one: nobody can tell it from a person.
pub(super) fn around(view: &View<'_>, at: usize, from: usize) -> Option<Found> {
    let mailbox = view.run_back(from, at, LONGEST_MAILBOX, of_mailbox);
    // Quotes and dots before an address are the sentence's, not the address's.
    let marks = view.run(at - mailbox, mailbox, |byte| {
        !byte.is_ascii_alphanumeric() && byte < 128 && byte != b'_'
    });
    let domain = view.run(at + 1, LONGEST_DOMAIN, of_domain);
    let domain = &view.bytes[at + 1..at + 1 + domain];
    let end = domain.iter().rposition(|byte| !b".-".contains(byte))? + 1;
    let (_, top) = split_last_dot(&domain[..end])?;
    let letters = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 128;
    let is_top = top.len() >= 2 && (top.iter().all(letters) || top.starts_with(b"xn--"));
    (mailbox > marks && is_top).then(|| Found {
        start: at - mailbox + marks,
        end: at + 1 + end,
        kind: Kind::Email,
    })
}

fn split_last_dot(domain: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    (dot > 0).then(|| (&domain[..dot], &domain[dot + 1..]))
}

/// RFC 5322, `atext`, without what stands around addresses in URLs, code and templates.
fn of_mailbox(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 128 || b"._%+-'!#$*~^".contains(&byte)
}

fn of_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 128 || b".-".contains(&byte)
}
