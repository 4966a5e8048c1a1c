//! What the program does with its arguments; every service's program is made alike.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::process::{Command, Output};

fn pricing(arguments: &[&str], http_addr: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pricing"))
        .args(arguments)
        .env_clear()
        .env("HTTP_ADDR", http_addr)
        .env("DATABASE_URL", "sqlite:never-opened.db")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_healthcheck_where_nobody_listens_ends_with_1_and_one_sentence() {
    // Port 1 is never given out by the system.
    let output = pricing(&["healthcheck"], "127.0.0.1:1");
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.starts_with("pricing: nobody answers at 127.0.0.1:1: ") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn a_healthcheck_with_bad_settings_ends_with_2() {
    let output = pricing(&["healthcheck"], "8081");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("HTTP_ADDR"), "{}", said(&output));
}

#[test]
fn an_unknown_argument_ends_with_2_and_says_what_is_accepted() {
    for arguments in [&["health"][..], &["healthcheck", "now"]] {
        let output = pricing(arguments, "127.0.0.1:1");
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("`healthcheck`"), "{}", said(&output));
    }
}
