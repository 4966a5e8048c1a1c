//! Tokens in paths, `/reset/8fK2…`: by the segment before them, or because they look random.

use super::Kind;
use super::credentials::of_token;
use super::scan::Found;
use super::secret_names;
use super::view::View;

/// A shorter segment does not look random.
const OPAQUE: usize = 16;

/// A segment between `/` at `at` and the next one, if it is a token.
pub(super) fn behind(view: &View<'_>, at: usize, own_names: &[&str]) -> Option<Found> {
    let start = at + 1;
    let before = view.run_back(0, at, secret_names::MAX_LEN, |byte| byte != b'/');
    let named = secret_names::kind_of(&view.bytes[at - before..at], own_names).is_some();
    if !named && view.bytes.len() - start < OPAQUE {
        return None;
    }
    let len = view.run(start, usize::MAX, |byte| {
        !b"/?#\"'".contains(&byte) && !byte.is_ascii_whitespace()
    });
    let segment = &view.bytes[start..start + len];
    let found = (named && !is_word(segment)) || is_opaque(segment);
    found.then_some(Found {
        start,
        end: start + len,
        kind: Kind::Token,
    })
}

/// `/token/refresh` is a place, `/token/{token}` a template.
fn is_word(segment: &[u8]) -> bool {
    let word = segment.len() < 12 && segment.iter().all(u8::is_ascii_lowercase);
    word || matches!(segment.first(), None | Some(b'{' | b'['))
}

/// Sixteen and more letters of both cases with digits, or thirty-two and more letters and digits
/// that are no hexadecimal number. Ids of traces, UUIDs, hashes, SKUs and words are neither. What
/// Base64 fills up with, and bytes that nobody can see, may stand behind.
fn is_opaque(segment: &[u8]) -> bool {
    let filled = |byte: &u8| *byte != b'=' && !byte.is_ascii_control();
    let end = segment.iter().rposition(filled).map_or(0, |last| last + 1);
    let segment = &segment[..end];
    let has = |class: fn(&u8) -> bool| segment.iter().any(class);
    if segment.len() < OPAQUE
        || !segment.iter().all(|byte| of_token(*byte))
        || !has(u8::is_ascii_digit)
    {
        return false;
    }
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let one_piece = segment.iter().all(u8::is_ascii_alphanumeric);
    let long = one_piece && segment.len() >= 32 && !segment.iter().all(u8::is_ascii_hexdigit);
    mixed || long
}
