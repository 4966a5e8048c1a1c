//! The grammar of one baggage member, section 3.3.1: `key = value ; property ; property = value`.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What may not stand in a value as it is: everything but `baggage-octet`, and `%`, which would
/// be read as the beginning of an encoded byte.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%');

/// Key, decoded value, and properties as [`properties`] leaves them. `None` for what is no
/// member.
pub(super) fn read_member(member: &str) -> Option<(&str, String, String)> {
    let (pair, rest) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (trim(key), trim(value));
    (is_token(key) && is_value(value)).then(|| (key, decode(value), properties(rest)))
}

/// A member as it goes out, whatever its parts contain.
pub(super) fn write_member(key: &str, value: &str, metadata: &str) -> String {
    let mut member = format!("{key}={}", utf8_percent_encode(value, ENCODED));
    let properties = properties(metadata);
    if !properties.is_empty() {
        member.push(';');
        member.push_str(&properties);
    }
    member
}

/// Properties in the one form that is safe to send: names that are tokens, values encoded anew.
/// One without a legal name is left out. Doing it twice changes nothing.
fn properties(text: &str) -> String {
    let mut safe = String::new();
    for property in text.split(';').map(trim) {
        let (name, value) = match property.split_once('=') {
            Some((name, value)) => (trim(name), Some(trim(value))),
            None => (property, None),
        };
        if !is_token(name) {
            continue;
        }
        if !safe.is_empty() {
            safe.push(';');
        }
        safe.push_str(name);
        if let Some(value) = value {
            safe.push('=');
            safe.extend(utf8_percent_encode(&decode(value), ENCODED));
        }
    }
    safe
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Percent-decoded; bytes that are no UTF-8 become U+FFFD, as section 3.3.1.3 asks.
fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// RFC 7230, `token`.
fn is_token(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

/// `*baggage-octet`.
fn is_value(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_on(member: &str) -> Option<String> {
        let (key, value, properties) = read_member(member)?;
        Some(write_member(key, &value, &properties))
    }

    #[test]
    fn an_encoded_comma_never_becomes_a_member() {
        for member in ["a=1;p=x%2Cadmin%3Dtrue", "a=x%2Cb=1", "a=1;p=%3Bq"] {
            let sent = sent_on(member).unwrap();
            assert!(!sent.contains(','), "{sent}");
            assert_eq!(
                sent_on(&sent),
                Some(sent),
                "reading it again changes nothing"
            );
        }
        assert_eq!(
            sent_on("a=1;p=x%2Cadmin%3Dtrue").unwrap(),
            "a=1;p=x%2Cadmin=true"
        );
    }

    #[test]
    fn a_program_s_own_metadata_can_break_out_of_nothing() {
        assert_eq!(
            write_member("a", "b\r\nc", "p=x,admin=true"),
            "a=b%0D%0Ac;p=x%2Cadmin=true"
        );
        assert_eq!(write_member("a", "ä%", "no token,;q"), "a=%C3%A4%25;q");
    }

    #[test]
    fn what_is_no_member_is_left_out() {
        for bad in [
            "",
            "a",
            "=1",
            "a b=1",
            "a@b=1",
            "a=b\u{7f}",
            "a=é",
            "a=\"b\"",
            "a=b c",
            ";",
        ] {
            assert_eq!(read_member(bad), None, "{bad:?} was accepted");
        }
    }
}
