//! What a finding is, and what stands in its place.

/// What was found. The text that replaces it says so, and says nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What follows `Bearer` or `Basic`, or an `Authorization` header.
    Credentials,
    /// The cookies of a `Cookie` or `Set-Cookie` header.
    Cookie,
    /// The value of a name that says that it is a secret: `password`, `api_key`.
    Secret,
    /// A token by its own form: `ghp_…`, a private key, an opaque segment of a path.
    Token,
    /// A JSON Web Token.
    Jwt,
    /// User name and password of a URL.
    Userinfo,
    /// An e-mail address.
    Email,
    /// A payment card's number.
    Card,
    /// An International Bank Account Number.
    Iban,
    /// A header that is not on the list of those that may be recorded.
    Header,
}

impl Kind {
    /// The text that stands for the value, `[redacted:email]`.
    #[must_use]
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Credentials => "[redacted:credentials]",
            Self::Cookie => "[redacted:cookie]",
            Self::Secret => "[redacted:secret]",
            Self::Token => "[redacted:token]",
            Self::Jwt => "[redacted:jwt]",
            Self::Userinfo => "[redacted:userinfo]",
            Self::Email => "[redacted:email]",
            Self::Card => "[redacted:card]",
            Self::Iban => "[redacted:iban]",
            Self::Header => "[redacted:header]",
        }
    }
}

/// True for what stands for a value that somebody has already taken out, here or elsewhere.
pub(super) fn is_redacted(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [
        b"REDACTED",
        b"[REDACTED]",
        b"<redacted>",
        b"***",
        b"xxx",
        b"%5BREDACTED%5D",
    ];
    let text = text.trim_ascii();
    text.is_empty() || WORDS.contains(&text) || is_marker(text)
}

/// True for a word of which a part was taken out already.
pub(super) fn holds_marker(text: &[u8]) -> bool {
    is_redacted(text) || text.windows(MARKER.len()).any(|part| part == MARKER)
}

/// How all markers begin.
const MARKER: &[u8] = b"[redacted:";

fn is_marker(text: &[u8]) -> bool {
    let inside = text
        .strip_prefix(MARKER)
        .and_then(|rest| rest.strip_suffix(b"]"));
    inside.is_some_and(|kind| kind.iter().all(u8::is_ascii_lowercase))
}
