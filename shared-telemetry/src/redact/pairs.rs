//! Names with values, `password=…`, `"api_key": "…"`, `?token=…`, in whatever notation.

use super::Kind;
use super::kind::is_redacted;
use super::scan::{Found, Place};
use super::secret_names::{self, MAX_LEN, takes_the_line};
use super::view::View;

/// The value behind a separator at `at`, if the name before it says that it is a secret.
pub(super) fn around(view: &View<'_>, at: usize, from: usize, place: Place<'_>) -> Option<Found> {
    // `token::parse` is a path of Rust.
    let colon = |at: Option<usize>| at.and_then(|at| view.get(at)) == Some(b':');
    if view.get(at) == Some(b':') && (colon(at.checked_sub(1)) || colon(Some(at + 1))) {
        return None;
    }
    let (start, end) = name_before(view, at, from)?;
    let kind = secret_names::kind_of(&view.bytes[start..end], place.own_names)?;
    let in_query = start > 0 && b"?&".contains(&view.bytes[start - 1]);
    let value = Value {
        view,
        separator: at,
        kind,
        in_query,
        is_statement: place.is_statement,
    };
    let (start, end) = value.find()?;
    let told = &view.bytes[start..end];
    (!is_redacted(told) && !is_nothing(told)).then_some(Found { start, end, kind })
}

/// The name that ends before the separator, perhaps in quotes: `"token" :`, `(token)=`.
fn name_before(view: &View<'_>, at: usize, from: usize) -> Option<(usize, usize)> {
    let end = at - view.run_back(from, at, 3, |byte| byte == b' ' || byte == b'\t');
    let last = end.checked_sub(1).filter(|last| *last >= from)?;
    let opening = match view.bytes[last] {
        b'"' => Some(b'"'),
        b'\'' => Some(b'\''),
        b')' => Some(b'('),
        b']' => Some(b'['),
        _ => None,
    };
    // An escaped quote has backslashes before it.
    let end = if opening.is_some() {
        last - view.run_back(from, last, 4, |byte| byte == b'\\')
    } else {
        end
    };
    let name = view.run_back(from, end, MAX_LEN, |byte| {
        byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
    });
    let start = end - name;
    let before = start.checked_sub(1).and_then(|before| view.get(before));
    let opened = opening.is_none() || opening == before;
    (name > 0 && opened).then_some((start, end))
}

/// Says that there is no value here.
fn is_nothing(value: &[u8]) -> bool {
    const NOTHING: [&[u8]; 7] = [
        b"null",
        b"None",
        b"nil",
        b"true",
        b"false",
        b"undefined",
        b"Empty",
    ];
    // `$1` is the place of a value in a statement.
    let place = value.strip_prefix(b"$");
    NOTHING.contains(&value) || place.is_some_and(|number| number.iter().all(u8::is_ascii_digit))
}

struct Value<'v, 't> {
    view: &'v View<'t>,
    separator: usize,
    kind: Kind,
    in_query: bool,
    is_statement: bool,
}

impl Value<'_, '_> {
    /// Its place, without its quotes.
    fn find(&self) -> Option<(usize, usize)> {
        let view = self.view;
        let mut at = self.separator + 1;
        // `name => value` and `name == value`.
        at += usize::from(matches!(view.get(at), Some(b'>' | b'=')));
        if !self.in_query {
            at += view.run(at, 8, |byte| byte == b' ' || byte == b'\t');
        }
        if view.bytes[at.min(view.bytes.len())..].starts_with(b"Some(") {
            at += 5;
        }
        let escapes = view.run(at, 4, |byte| byte == b'\\');
        let quote = view.get(at + escapes).filter(|byte| b"\"'".contains(byte));
        if let Some(quote) = quote {
            let start = at + escapes + 1;
            return Some((start, self.closing(start, quote, escapes)));
        }
        match view.get(at)? {
            b'{' | b'[' | b'(' => self.bracketed(at),
            _ => self.bare(at),
        }
    }

    /// The quote that ends a text: one with no more backslashes before it than the first one,
    /// or, for the first level, an even number, because those are escaped themselves.
    fn closing(&self, start: usize, quote: u8, escapes: usize) -> usize {
        let mut backslashes = 0;
        for (at, byte) in self.view.bytes.iter().enumerate().skip(start) {
            match *byte {
                b'\\' => backslashes += 1,
                byte if byte == quote => {
                    if backslashes == escapes || (escapes == 0 && backslashes % 2 == 0) {
                        return at - backslashes * usize::from(escapes > 0);
                    }
                    backslashes = 0;
                }
                _ => backslashes = 0,
            }
        }
        self.view.bytes.len()
    }

    /// A list or an object, whole.
    fn bracketed(&self, start: usize) -> Option<(usize, usize)> {
        let mut depth = 0_usize;
        let bytes = &self.view.bytes;
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some((start, at + 1));
            }
        }
        Some((start, bytes.len()))
    }

    fn bare(&self, start: usize) -> Option<(usize, usize)> {
        let view = self.view;
        // What these names hold is known by its own form, and "email: expected …" is a sentence.
        let by_form = matches!(self.kind, Kind::Email | Kind::Card | Kind::Iban);
        // A statement names columns and places; only its literals are values.
        let first = view.get(start)?;
        let literal = first.is_ascii_digit();
        if (by_form && !self.in_query) || (self.is_statement && !literal) {
            return None;
        }
        let depth = view.width(self.separator);
        let line = takes_the_line(self.kind);
        // What was encoded deeper than the separator belongs to the value.
        let ends = |at: usize| {
            let byte = view.bytes[at];
            let delimits = match (line, self.in_query) {
                (true, true) => b"&#\"'\r\n".contains(&byte),
                (true, false) => b"\"'}\r\n".contains(&byte),
                (false, true) => b"&#\"'<>".contains(&byte) || byte.is_ascii_whitespace(),
                (false, false) => b"&;,\"'<>)}]|\\".contains(&byte) || byte.is_ascii_whitespace(),
            };
            delimits && view.width(at) <= depth
        };
        let end = (start..view.bytes.len()).find(|at| ends(*at));
        Some((start, end.unwrap_or(view.bytes.len())))
    }
}
