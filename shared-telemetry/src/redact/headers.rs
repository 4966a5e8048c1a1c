//! Which headers may become attributes at all.
//!
//! A list of what is allowed, not of what is forbidden: who adds a header with a secret tells
//! nobody, and a name such as `x-acme-session` is on no list.

/// Headers that say how a message is to be handled, and nothing about whom it is for.
const RECORDABLE: [&str; 27] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "host",
    "range",
    "retry-after",
    "server",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
];

/// Where the semantic conventions put headers and the metadata of RPC.
const PREFIXES: [&str; 6] = [
    "http.request.header.",
    "http.response.header.",
    "rpc.request.metadata.",
    "rpc.response.metadata.",
    "rpc.grpc.request.metadata.",
    "rpc.grpc.response.metadata.",
];

/// Whether the value of a header may be recorded. It is still searched for secrets.
///
/// ```
/// use shared_telemetry::redact::headers::may_be_recorded;
///
/// assert!(may_be_recorded("Content-Type"));
/// assert!(!may_be_recorded("x-acme-session"));
/// ```
#[must_use]
pub fn may_be_recorded(name: &str) -> bool {
    // Older conventions wrote `_` for `-`.
    let same = |known: &str| {
        known.len() == name.len()
            && known.bytes().zip(name.bytes()).all(|(known, byte)| {
                known == byte.to_ascii_lowercase() || (known == b'-' && byte == b'_')
            })
    };
    RECORDABLE.iter().any(|known| same(known))
}

/// The header whose values an attribute holds, `content-type` of
/// `http.request.header.content-type`.
pub(super) fn of_attribute(key: &str) -> Option<&str> {
    if !key.starts_with("http.re") && !key.starts_with("rpc.") {
        return None;
    }
    PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix))
}
