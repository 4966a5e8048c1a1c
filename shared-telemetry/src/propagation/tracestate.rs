//! The `tracestate` header, by the letter of W3C Trace Context level 2, section 3.3.

use opentelemetry::trace::TraceState;
use opentelemetry::{Context, TraceId};

use crate::redact;

/// A list with more members is discarded whole.
const MAX_MEMBERS: usize = 32;
/// The longest combined list that is sent on, in characters, the same as for baggage. The
/// specification asks for at least 512; 32 members of full length would be 16 KiB, which a
/// stranger could make every service behind this one carry.
const MAX_LEN: usize = 8192;
/// Section 3.3.1.5: members longer than this go first when a list is too long.
const LONG_MEMBER: usize = 128;

type Member<'a> = (&'a str, &'a str);

/// What `tracestate` headers say.
pub(super) enum Read {
    /// Nothing that is legal.
    Nothing,
    /// A list that the SDK's type can hold.
    State(TraceState),
    /// A list that level 2 allows and the SDK's type refuses: it knows level 1's keys, with one
    /// `@` at most and rules for what stands around it. The text as it is to be sent on.
    Verbatim(String),
}

/// Reads all `tracestate` headers in order, as one list. A list with one illegal member is no
/// list: the traceparent stands without it.
pub(super) fn read(values: &[&str]) -> Read {
    let mut members = Vec::new();
    let all = values.iter().flat_map(|value| value.split(','));
    // Empty members are allowed, because proxies join headers, and mean nothing.
    for member in all.map(trim).filter(|member| !member.is_empty()) {
        match member.split_once('=') {
            Some((key, value)) if is_key(key) && is_value(value) && members.len() < MAX_MEMBERS => {
                members.push((key, value));
            }
            _ => return Read::Nothing,
        }
    }
    // The list is exported with every span and sent to everybody behind.
    members.retain(|(key, value)| !redact::found_in_tracestate(key, value));
    if members.is_empty() {
        return Read::Nothing;
    }
    shorten(&mut members);
    match TraceState::from_key_value(members.iter().copied()) {
        Ok(state) => Read::State(state),
        Err(_) => Read::Verbatim(header(members)),
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// May begin a key.
const KEY_START: u8 = 1;
/// May stand in a key.
const KEY: u8 = 2;
/// May stand in a value.
const VALUE: u8 = 4;

/// What each byte may be: these lists come with requests, and a table is one look a byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x7f {
        let class = match byte {
            b'a'..=b'z' | b'0'..=b'9' => KEY_START | KEY | VALUE,
            b'_' | b'-' | b'*' | b'/' | b'@' => KEY | VALUE,
            b',' | b'=' => 0,
            b' '.. => VALUE,
            _ => 0,
        };
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
};

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// `[a-z0-9][a-z0-9_\-*/@]{0,255}`.
fn is_key(key: &str) -> bool {
    let starts_well = key.bytes().next().is_some_and(|byte| is(byte, KEY_START));
    starts_well && key.len() <= 256 && key.bytes().all(|byte| is(byte, KEY))
}

/// Up to 256 printable ASCII characters other than `,` and `=`, the last one no blank.
fn is_value(value: &str) -> bool {
    (1..=256).contains(&value.len())
        && value.bytes().all(|byte| is(byte, VALUE))
        && !value.ends_with(' ')
}

/// Section 3.3.1.5: whole members go, never a part of one; long ones first, then from the end.
fn shorten(members: &mut Vec<Member<'_>>) {
    let len = |(key, value): &Member<'_>| key.len() + 1 + value.len();
    let mut total = members.iter().map(len).sum::<usize>() + members.len() - 1;
    while total > MAX_LEN {
        let last = members.len() - 1;
        let long = members.iter().rposition(|member| len(member) > LONG_MEMBER);
        total -= len(&members.remove(long.unwrap_or(last))) + 1;
    }
}

/// A list as it is sent; empty for an empty one.
pub(super) fn header<'m>(members: impl IntoIterator<Item = Member<'m>>) -> String {
    let mut header = String::new();
    for (key, value) in members {
        header.reserve(key.len() + value.len() + 2);
        if !header.is_empty() {
            header.push(',');
        }
        header.push_str(key);
        header.push('=');
        header.push_str(value);
    }
    header
}

/// A [`Read::Verbatim`] in a context, beside the span context that can't hold it.
struct Verbatim {
    trace_id: TraceId,
    text: String,
}

/// Puts a list that the span context can't hold beside it.
pub(super) fn keep(context: &Context, trace_id: TraceId, text: String) -> Context {
    context.with_value(Verbatim { trace_id, text })
}

/// The list that came with this trace, if the span context could not hold it.
pub(super) fn kept(context: &Context, trace_id: TraceId) -> Option<&str> {
    let kept = context.get::<Verbatim>()?;
    (kept.trace_id == trace_id).then_some(kept.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_on(values: &[&str]) -> String {
        match read(values) {
            Read::Nothing => String::new(),
            Read::State(state) => state.header(),
            Read::Verbatim(text) => text,
        }
    }

    #[test]
    fn legal_lists_keep_their_order_and_lose_their_blanks() {
        assert_eq!(
            sent_on(&["foo=1 , bar=2\t,,3x@vendor=a b", "", "\tlast=1 "]),
            "foo=1,bar=2,3x@vendor=a b,last=1"
        );
    }

    #[test]
    fn one_illegal_member_discards_the_list() {
        let long = format!("{}=1", "k".repeat(257));
        for bad in [
            "foo=1,=2",
            "foo=1,bar",
            "foo=",
            "Foo=1",
            "foo=a=b",
            "foo=ä",
            "_a=1",
            "@a=1",
            "===",
            "a b=1",
            "a.b=1",
            "a =1",
            &long,
        ] {
            assert_eq!(sent_on(&[bad]), "", "{bad:?} was accepted");
        }
    }

    #[test]
    fn keys_of_level_2_pass_though_the_sdk_refuses_them() {
        let tenant = format!("{}@v=1", "t".repeat(242));
        let vendor = format!("t@{}=1", "v".repeat(15));
        for key in ["foo@=1", "foo@@bar=1,bar=2", "a@b@c=1", &tenant, &vendor] {
            assert_eq!(sent_on(&[key]), key);
        }
    }

    #[test]
    fn thirty_two_members_are_kept_and_thirty_three_are_not() {
        let list = |n: usize| -> Vec<String> { (0..n).map(|i| format!("k{i}=v")).collect() };
        assert_eq!(sent_on(&[&list(32).join(",")]), list(32).join(","));
        assert_eq!(sent_on(&[&list(33).join(",")]), "");
        let (one, two) = (list(32).join(","), "one=more");
        assert_eq!(sent_on(&[&one, two]), "", "headers are one list");
    }

    #[test]
    fn a_list_that_is_too_long_loses_whole_members_long_ones_first_and_from_the_end() {
        let long = |i: usize| format!("long{i:02}{}={}", "k".repeat(60), "v".repeat(256));
        let short = |i: usize| format!("short{i}=v");
        let mut members: Vec<_> = (0..31).map(long).collect();
        members.insert(0, short(0));
        let kept = sent_on(&[&members.join(",")]);
        assert!((MAX_LEN - 324..=MAX_LEN).contains(&kept.len()));
        let kept: Vec<_> = kept.split(',').map(str::to_owned).collect();
        assert_eq!(kept, members[..kept.len()]);

        members.push(short(1));
        members.remove(1);
        let kept = sent_on(&[&members.join(",")]);
        assert!(kept.starts_with("short0=v,long01k") && kept.ends_with(",short1=v"));
        assert!(kept.contains("long02") && !kept.contains("long30"));
    }
}
