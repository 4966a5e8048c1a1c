//! `tracectl decode` as a user runs it.

mod canned;

use canned::{Server, run};

#[tokio::test]
async fn a_good_header_is_exit_code_0() {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
    let out = run(Server::default(), &["decode", header]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    for line in [
        "version    00",
        "trace id   4bf92f3577b34da6a3ce929d0e0e4736",
        "parent id  00f067aa0ba902b7",
        "flags      03",
        "sampled    yes",
        "random     yes",
    ] {
        assert!(out.stdout.contains(line), "{line}: {}", out.stdout);
    }
}

#[tokio::test]
async fn a_bad_header_is_exit_code_1_with_a_caret_where_it_is_bad() {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0X";
    let out = run(Server::default(), &["decode", header]).await;
    assert_eq!(out.code, 1);
    let caret = out.stdout.lines().nth(1).unwrap();
    assert_eq!(caret, format!("{}^", " ".repeat(54)));
    assert!(
        out.stdout.contains("✗ flags      bytes 54..55"),
        "{}",
        out.stdout
    );
}

#[tokio::test]
async fn a_header_that_starts_with_a_dash_is_a_header_and_not_an_option() {
    let out = run(Server::default(), &["decode", "-00-1"]).await;
    assert_eq!(out.code, 1, "{}", out.stderr);
}

#[tokio::test]
async fn every_command_has_examples_in_its_help() {
    for command in ["decode", "tree", "verify"] {
        let out = run(Server::default().not_told(), &[command, "--help"]).await;
        assert_eq!(out.code, 0);
        assert!(
            out.stdout
                .contains(&format!("Examples:\n  tracectl {command} ")),
            "{}",
            out.stdout
        );
    }
}
