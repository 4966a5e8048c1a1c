//! What is taken, what is refused, and that no bytes are too strange to answer.

use super::*;

const GOOD: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn header(version: &str, trace_id: &str, parent_id: &str, flags: &str) -> Vec<u8> {
    format!("{version}-{trace_id}-{parent_id}-{flags}").into_bytes()
}

/// `parse` and `inspect` must agree on every header; returns whether it was taken.
fn judge(header: &[u8]) -> bool {
    let parsed = parse(header);
    let first = inspect(header).into_iter().find_map(|field| field.fault);
    let escaped = header.escape_ascii();
    assert_eq!(
        parsed.clone().err(),
        first,
        "parse and inspect disagree on {escaped}"
    );
    parsed.is_ok()
}

fn refusal(header: &[u8]) -> String {
    assert!(!judge(header), "taken: {}", header.escape_ascii());
    parse(header).unwrap_err().to_string()
}

#[test]
fn a_good_header_is_read_field_by_field() {
    let read = parse(GOOD).unwrap();
    assert_eq!(read.version, 0);
    assert_eq!(read.trace_id[..3], [0x4b, 0xf9, 0x2f]);
    assert_eq!(
        read.parent_id,
        [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]
    );
    assert!(read.sampled() && !read.random());
    assert_eq!(&write(&read), GOOD);
}

#[test]
fn the_flags_are_told_apart_and_unknown_ones_are_not_sent_on() {
    let read = |flags| parse(&header("00", &"a".repeat(32), &"b".repeat(16), flags)).unwrap();
    assert!(!read("00").sampled() && !read("00").random());
    assert!(!read("02").sampled() && read("02").random());
    assert!(read("03").sampled() && read("03").random());
    assert_eq!(read("ff").flags, 0xff);
    assert_eq!(write(&read("ff"))[53..], *b"03");
}

#[test]
fn a_higher_version_is_read_by_its_first_four_fields_and_sent_on_as_00() {
    let higher = [&b"cc"[..], &GOOD[2..], b"-what-the-future-will-be-like"].concat();
    let read = parse(&higher).unwrap();
    assert_eq!((read.version, read.flags), (0xcc, 1));
    assert_eq!(&write(&read), GOOD);
    assert!(judge(&[&b"01"[..], &GOOD[2..]].concat()));
    assert!(judge(&[&b"01"[..], &GOOD[2..], b"-"].concat()));
}

#[test]
fn a_higher_version_may_go_on_only_behind_a_dash() {
    let refused = refusal(&[&b"cc"[..], &GOOD[2..], b".what-the-future"].concat());
    assert!(
        refused.contains("end, bytes 55..71: expected the end, or `-`"),
        "{refused}"
    );
}

#[test]
fn version_00_ends_after_55_bytes() {
    let refused = refusal(&[GOOD, b"-extra"].concat());
    assert!(
        refused.contains("bytes 55..61: expected the end"),
        "{refused}"
    );
    assert!(refused.contains("found \"-extra\""), "{refused}");
    refusal(&[GOOD, b"-"].concat());
}

#[test]
fn version_ff_is_refused() {
    let refused = refusal(&[&b"ff"[..], &GOOD[2..]].concat());
    assert_eq!(
        refused,
        "traceparent version, bytes 0..2: expected any version but ff, found \"ff\" (2 bytes)"
    );
}

#[test]
fn all_zero_ids_are_refused() {
    let trace = refusal(&header("00", &"0".repeat(32), &"b".repeat(16), "01"));
    assert!(
        trace.contains("trace id, bytes 3..35: expected an id that is not all zero"),
        "{trace}"
    );
    let parent = refusal(&header("00", &"a".repeat(32), &"0".repeat(16), "01"));
    assert!(
        parent.contains("parent id, bytes 36..52: expected an id"),
        "{parent}"
    );
}

#[test]
fn upper_case_is_refused_at_the_very_bytes() {
    let refused = refusal(b"00-4bf92f3577B34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert!(refused.contains("trace id, bytes 13..14"), "{refused}");
    assert!(refused.contains("found \"B\""), "{refused}");
}

#[test]
fn wrong_lengths_are_told_of_the_field_that_has_them() {
    for (bad, told) in [
        (&b"00-1-1-1"[..], "trace id, bytes 3..4"),
        (
            b"0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "version, bytes 0..1",
        ),
        (
            b"00-4bf92f3577b34da6a3ce929d0e0e47361-00f067aa0ba902b7-01",
            "trace id, bytes 3..36",
        ),
        (
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b-01",
            "parent id, bytes 36..51",
        ),
        (
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "flags, bytes 53..54",
        ),
        (
            b"+0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "version, bytes 0..1",
        ),
        (
            b"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "delimiter, bytes 2..3",
        ),
        (
            b"",
            "version, bytes 0..0: expected 2 lower-case hex digits, found nothing",
        ),
    ] {
        let refused = refusal(bad);
        assert!(
            refused.contains(told),
            "{} is told as: {refused}",
            bad.escape_ascii()
        );
    }
}

#[test]
fn a_refusal_echoes_only_a_short_escaped_piece() {
    let refused = refusal(&b"\x1b[2J\xff".repeat(10_000));
    assert!(refused.len() < 200 && refused.is_ascii(), "{refused}");
    let refused = refusal(&[GOOD, &b"\x1b[2J".repeat(1000)].concat());
    assert!(
        refused.contains(r"\x1b[2J") && !refused.contains('\x1b'),
        "{refused}"
    );
}

#[test]
fn every_length_up_to_80_gets_an_answer() {
    let long = [GOOD, &b"-abcdefghijklmnopqrstuvwxy"[..]].concat();
    for len in 0..=80 {
        assert_eq!(judge(&long[..len]), len == LEN, "{len} bytes");
        let higher = [&b"01"[..], &long[2..]].concat();
        assert_eq!(
            judge(&higher[..len]),
            len >= LEN,
            "{len} bytes of a higher version"
        );
        for byte in [b'-', b'0', 0xff] {
            assert!(!judge(&vec![byte; len]));
        }
    }
}

#[test]
fn every_single_byte_mutation_gets_an_answer_and_only_digits_are_taken() {
    for at in 0..GOOD.len() {
        for byte in 0..=u8::MAX {
            let mut mutated = GOOD.to_vec();
            mutated[at] = byte;
            let is_delimiter = matches!(at, 2 | 35 | 52);
            let digit = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            let expected = if is_delimiter { byte == b'-' } else { digit };
            assert_eq!(judge(&mutated), expected, "{}", mutated.escape_ascii());
        }
    }
}

#[test]
fn inspect_names_every_bad_field_and_not_just_the_first() {
    let bad = inspect(b"ff-4bf9-0000000000000000-zz");
    let parts: Vec<_> = bad
        .iter()
        .filter(|field| field.fault.is_some())
        .map(|f| f.part)
        .collect();
    assert_eq!(
        parts,
        [Part::Version, Part::TraceId, Part::ParentId, Part::Flags]
    );
}
