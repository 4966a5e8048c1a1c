//! Credentials by their form: schemes, JSON Web Tokens, users of URLs, tokens with a prefix.

use super::Kind;
use super::kind::{holds_marker, is_redacted};
use super::scan::Found;
use super::view::View;

/// How HTTP says that credentials follow.
const SCHEMES: [&[u8]; 4] = [b"bearer", b"basic", b"digest", b"negotiate"];

/// The credentials behind a blank at `at`, if a scheme is before it.
///
/// "basic authentication" is a phrase. Credentials have digits, capitals or padding, or are long.
pub(super) fn scheme(view: &View<'_>, at: usize, from: usize) -> Option<Found> {
    // The last letters of the schemes: they rule out most words before a blank.
    let last = at.checked_sub(1).and_then(|last| view.get(last))?;
    if !b"rRcCtTeE".contains(&last) {
        return None;
    }
    let word = view.run_back(from, at, 10, |byte| byte.is_ascii_alphanumeric());
    let word = &view.bytes[at - word..at];
    if !SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
    {
        return None;
    }
    let start = at + view.run(at, 4, |byte| byte == b' ' || byte == b'+');
    let len = view.run(start, usize::MAX, |byte| {
        !byte.is_ascii_whitespace() && !b"\"'\\,;&<>)}".contains(&byte)
    });
    let credentials = &view.bytes[start..start + len];
    let random =
        |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || b"=_".contains(byte);
    let is_random = len >= 6 && credentials.iter().any(random);
    let found = (is_random || len >= 20) && !holds_marker(credentials);
    found.then_some(Found {
        start,
        end: start + len,
        kind: Kind::Credentials,
    })
}

/// The JSON Web Token that begins at `start`, and the end of what may belong to it: header,
/// payload and signature, of which a cut one may lack the last. Source: RFC 7515, section 7.1.
pub(super) fn jwt(view: &View<'_>, start: usize) -> (Option<Found>, usize) {
    let len = view.run(start, usize::MAX, |byte| of_token(byte) || byte == b'.');
    let end = start + len;
    let mut parts = view.bytes[start..end].split(|byte| *byte == b'.');
    let header = parts.next().is_some_and(|part| part.len() >= 8);
    let payload = parts.next().unwrap_or_default();
    let signed = parts.next().is_some() && payload.len() >= 4;
    let found = header && (signed || payload.starts_with(b"eyJ"));
    let kind = Kind::Jwt;
    (found.then_some(Found { start, end, kind }), end)
}

/// The user name and password of a URL whose `://` begins at `at`.
pub(super) fn userinfo(view: &View<'_>, at: usize) -> Option<Found> {
    if view.bytes.get(at..at + 3)? != b"://" {
        return None;
    }
    let start = at + 3;
    let len = view.run(start, usize::MAX, |byte| {
        !byte.is_ascii_whitespace() && !b"/?#\"'<>".contains(&byte)
    });
    let authority = &view.bytes[start..start + len];
    let user = authority.iter().rposition(|byte| *byte == b'@')?;
    let user = &authority[..user];
    // A user without a password is a name: ssh://git@host.
    let (_, password) = user.split_at(user.iter().position(|byte| *byte == b':')?);
    let found = !is_redacted(user) && !is_redacted(&password[1..]);
    found.then_some(Found {
        start,
        end: start + user.len(),
        kind: Kind::Userinfo,
    })
}

/// Prefixes by which issuers make their tokens known, so that leaks are found.
const PREFIXES: [&[u8]; 17] = [
    b"tok_",
    b"ghp_",
    b"gho_",
    b"ghu_",
    b"ghs_",
    b"ghr_",
    b"github_pat_",
    b"glpat-",
    b"sk_live_",
    b"sk_test_",
    b"rk_live_",
    b"rk_test_",
    b"whsec_",
    b"xoxb-",
    b"xoxp-",
    b"xoxa-",
    b"xoxs-",
];

/// The token whose prefix ends at `at`, or the private key that begins there.
pub(super) fn token(view: &View<'_>, at: usize, from: usize) -> Option<Found> {
    let kind = Kind::Token;
    if view.bytes[at..].starts_with(b"-----BEGIN ") {
        return private_key(view, at);
    }
    let before = &view.bytes[from.max(at.saturating_sub(11))..=at];
    let prefix = PREFIXES.iter().find(|prefix| before.ends_with(prefix))?;
    let start = at + 1 - prefix.len();
    let in_a_word = start > 0 && view.bytes[start - 1].is_ascii_alphanumeric();
    // Bounded: the same letters may be looked at again behind the next prefix.
    let head = view.run(at + 1, 64, of_token);
    let random = view.bytes[at + 1..at + 1 + head]
        .iter()
        .any(u8::is_ascii_digit);
    (!in_a_word && head >= 8 && random).then(|| Found {
        start,
        end: at + 1 + view.run(at + 1, usize::MAX, of_token),
        kind,
    })
}

/// A key in PEM form, to its last line, or to the end of the text when it was cut. Source: RFC
/// 7468.
fn private_key(view: &View<'_>, start: usize) -> Option<Found> {
    let head = view.run(start + 11, 40, |byte| {
        byte.is_ascii_uppercase() || byte == b' '
    });
    view.bytes[start + 11..start + 11 + head]
        .ends_with(b"PRIVATE KEY")
        .then_some(())?;
    let (body, last) = (start + 11 + head, b"-----END ");
    let rest = &view.bytes[body..];
    let found = rest.windows(last.len()).position(|line| line == last);
    let end = found.map_or(view.bytes.len(), |found| {
        let name = body + found + last.len();
        let name = name + view.run(name, 40, |byte| byte != b'-');
        name + view.run(name, 5, |byte| byte == b'-')
    });
    let kind = Kind::Token;
    Some(Found { start, end, kind })
}

/// The alphabet of base64url.
pub(super) fn of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
}
