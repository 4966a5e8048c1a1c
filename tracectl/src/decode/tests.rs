//! What decode prints for good and bad headers.

use super::*;

fn decode(header: &str, json: bool) -> Answer {
    run(&Decode {
        traceparent: header.into(),
        json,
    })
}

#[test]
fn a_good_header_is_told_in_six_lines() {
    let answer = decode(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        false,
    );
    assert!(answer.good);
    let starts: Vec<String> = answer
        .text
        .lines()
        .map(|line| {
            line.split_whitespace()
                .take(3)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        starts,
        [
            "version 00 the",
            "trace id 4bf92f3577b34da6a3ce929d0e0e4736",
            "parent id 00f067aa0ba902b7",
            "flags 01 bits",
            "sampled yes the",
            "random no nothing",
        ]
    );
}

#[test]
fn a_caret_stands_under_each_offending_byte() {
    let answer = decode(
        "00-4bF92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        false,
    );
    assert!(!answer.good);
    let mut lines = answer.text.lines();
    assert_eq!(
        lines.next(),
        Some("00-4bF92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")
    );
    let carets = format!("{}^{}{}", " ".repeat(5), " ".repeat(30), "^".repeat(16));
    assert_eq!(lines.next(), Some(carets.as_str()));
    assert!(
        answer
            .text
            .contains("✗ trace id   bytes 5..6: expected 32 lower-case hex digits, found \"F\"")
    );
    assert!(
        answer
            .text
            .contains("✗ parent id  bytes 36..52: expected an id that is not all zero")
    );
    assert!(answer.text.contains("✓ flags      01"), "{}", answer.text);
}

#[test]
fn what_is_missing_is_pointed_at_behind_the_last_byte() {
    assert_eq!(decode("", false).text.lines().nth(1), Some("^"));
    let short = decode(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
        false,
    );
    let carets = format!("{}^", " ".repeat(53));
    assert_eq!(
        short.text.lines().nth(1),
        Some(carets.as_str()),
        "{}",
        short.text
    );
}

#[test]
fn escapes_and_endless_headers_do_not_reach_the_terminal() {
    let text = decode(&"\u{1b}[2Jü".repeat(10_000), false).text;
    assert!(!text.contains('\u{1b}') && text.len() < 2000, "{text}");
}

#[test]
fn json_names_fields_and_faults() {
    let good: Value = serde_json::from_str(
        &decode(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
            true,
        )
        .text,
    )
    .unwrap();
    assert_eq!(
        (&good["valid"], &good["random"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(good["parent_id"], "00f067aa0ba902b7");
    let bad: Value = serde_json::from_str(&decode("ff-1", true).text).unwrap();
    assert_eq!(bad["valid"], false);
    assert_eq!(bad["faults"][0]["field"], "version");
}
