//! The viewer as a program: what it says of its settings.

use std::process::{Command, Output};

fn viewer(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trace-viewer"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .expect("it was built with this test")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[test]
fn asked_for_help_it_names_its_variables_and_does_not_start() {
    let output = viewer(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    let help = said(&output.stdout);
    for variable in [
        "HTTP_ADDR",
        "OTLP_GRPC_ADDR",
        "READERS",
        "MAX_TRACES",
        "MAX_BYTES",
    ] {
        assert!(help.contains(variable), "{help}");
    }
}

#[test]
fn an_unknown_argument_is_refused_in_one_sentence() {
    let output = viewer(&["--port=1"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        said(&output.stderr),
        "trace-viewer: accepted are no argument, to run, and --help"
    );
}

#[test]
fn a_limit_of_nothing_is_refused_in_one_sentence() {
    for (name, value) in [("MAX_TRACES", "0"), ("MAX_BYTES", "48 MiB")] {
        let output = viewer(&[], &[(name, value)]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let told = said(&output.stderr);
        assert_eq!(
            told,
            format!("trace-viewer: {name} is {value:?}: expected a number above zero")
        );
    }
}
