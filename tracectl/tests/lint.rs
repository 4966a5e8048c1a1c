//! `tracectl lint` as a user runs it.

#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod canned;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use canned::Server;

const GOOD: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},
    "scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"work","kind":1}]}]}]}"#;

fn lint(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tracectl"))
        .arg("lint")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn a_good_capture_is_exit_code_0_and_says_what_was_looked_at() {
    let (code, stdout, stderr) = lint(&["-"], GOOD.as_bytes());
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout, "1 spans and 0 log records: clean\n");
    let twice = format!("{GOOD}\n{GOOD}");
    let (code, stdout, _) = lint(&["-"], twice.as_bytes());
    assert_eq!(
        (code, stdout.as_str()),
        (0, "2 spans and 0 log records: clean\n")
    );
}

#[test]
fn a_finding_is_exit_code_1_and_names_rule_place_reason_and_cure() {
    let bad = GOOD.replace("\"work\"", "\"load 4711\"");
    let (code, stdout, _) = lint(&["-"], bad.as_bytes());
    assert_eq!(code, 1);
    for part in [
        "✗ value-in-span-name: a INTERNAL `load …`",
        "why: its name has an id",
        "fix: put the value into an attribute",
        "first: trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "1 finding",
    ] {
        assert!(stdout.contains(part), "{part}: {stdout}");
    }
    let (code, stdout, _) = lint(&["--json", "-"], bad.as_bytes());
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["findings"][0]["rule"], "value-in-span-name");
    for key in ["place", "why", "fix"] {
        assert!(json["findings"][0][key].is_string(), "{key}");
    }
}

#[test]
fn nonsense_is_one_sentence_and_exit_code_2() {
    for input in [
        &b""[..],
        b"nonsense",
        b"{}",
        b"[1]",
        b"{\"resourceSpans\":7}",
        b"{\"resourceSpans\":[",
        b"\xff\xfe\x00",
        "[".repeat(100_000).as_bytes(),
    ] {
        let (code, stdout, stderr) = lint(&["-"], input);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.starts_with("tracectl: standard input "), "{stderr}");
    }
    let (code, _, stderr) = lint(&["/no/such/file"], b"");
    assert_eq!(code, 2);
    assert!(stderr.contains("/no/such/file"), "{stderr}");
    let (code, _, _) = lint(&[], b"");
    assert_eq!(code, 2, "nothing to look at");
    let (code, _, _) = lint(&["--source", "src", "-"], b"");
    assert_eq!(code, 2, "one or the other");
}

#[test]
fn source_is_judged_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    let path = folder.path().to_str().unwrap();
    let (code, _, stderr) = lint(&["--source", path], b"");
    assert_eq!(code, 2, "no Rust source: {stderr}");
    let file = folder.path().join("src/lib.rs");
    std::fs::write(&file, "fn f() { task::spawn(work()); }").unwrap();
    let (code, stdout, _) = lint(&["--source", path], b"");
    assert_eq!((code, stdout.as_str()), (0, "1 Rust files: clean\n"));
    std::fs::write(&file, "fn f() {\n tokio::spawn(work()); }").unwrap();
    let (code, stdout, _) = lint(&["--source", path], b"");
    assert_eq!(code, 1);
    assert!(
        stdout.starts_with("✗ bare-spawn: src/lib.rs:2\n"),
        "{stdout}"
    );
    std::fs::write(&file, "fn {").unwrap();
    let (code, _, stderr) = lint(&["--source", path], b"");
    assert_eq!((code, stderr.lines().count()), (2, 1), "{stderr}");
}

#[tokio::test]
async fn the_help_has_examples() {
    let out = canned::run(Server::default().not_told(), &["lint", "--help"]).await;
    assert_eq!(out.code, 0);
    assert!(
        out.stdout.contains("Examples:\n  tracectl lint "),
        "{}",
        out.stdout
    );
}
