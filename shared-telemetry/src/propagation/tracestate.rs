//! The `tracestate` header, by the letter of W3C Trace Context level 2, section 3.3.

use opentelemetry::trace::TraceState;

/// A list with more members is discarded whole.
const MAX_MEMBERS: usize = 32;

/// Reads the combined value of all `tracestate` headers. A list with one illegal member is no
/// list: the result is empty, and the traceparent stands without it.
pub(super) fn parse(list: &str) -> TraceState {
    let members: Option<Vec<_>> = list
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        // Empty members are allowed, because proxies join headers, and mean nothing.
        .filter(|member| !member.is_empty())
        .map(|member| {
            member
                .split_once('=')
                .filter(|(key, value)| is_key(key) && is_value(value))
        })
        .collect();
    match members {
        Some(members) if members.len() <= MAX_MEMBERS => {
            TraceState::from_key_value(members).unwrap_or_default()
        }
        _ => TraceState::default(),
    }
}

/// `[a-z0-9][a-z0-9_\-*/@]{0,255}`.
fn is_key(key: &str) -> bool {
    let bytes = key.as_bytes();
    let first = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let other = |byte: &u8| first(byte) || b"_-*/@".contains(byte);
    bytes.len() <= 256 && bytes.first().is_some_and(first) && bytes.iter().all(other)
}

/// Up to 256 printable ASCII characters other than `,` and `=`, the last one no blank.
fn is_value(value: &str) -> bool {
    let legal = |byte: &u8| (0x20..=0x7e).contains(byte) && !b",=".contains(byte);
    (1..=256).contains(&value.len())
        && value.bytes().all(|byte| legal(&byte))
        && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_lists_keep_their_order_and_lose_their_blanks() {
        assert_eq!(
            parse("foo=1 , bar=2\t,,3x@vendor=a b").header(),
            "foo=1,bar=2,3x@vendor=a b"
        );
    }

    #[test]
    fn one_illegal_member_discards_the_list() {
        for bad in [
            "foo=1,=2",
            "foo=1,bar",
            "foo=",
            "Foo=1",
            "foo=a=b",
            "foo=ä",
            "_a=1",
            "===",
        ] {
            assert_eq!(parse(bad).header(), "", "{bad:?} was accepted");
        }
    }

    #[test]
    fn thirty_two_members_are_kept_and_thirty_three_are_not() {
        let list = |n: usize| {
            (0..n)
                .map(|i| format!("k{i}=v"))
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(parse(&list(32)).header(), list(32));
        assert_eq!(parse(&list(33)).header(), "");
    }
}
