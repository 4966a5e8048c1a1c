//! `tracectl lint` finds nothing wrong with this repository and with what its demo emits.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use system_tests::DemoBuilder;

fn lint(arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tracectl-under-test"))
        .arg("lint")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[test]
fn the_source_of_this_repository_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (code, text) = lint(&["--source", root.to_str().unwrap()], "");
    assert_eq!(code, Some(0), "{text}");
}

#[tokio::test]
async fn what_a_busy_day_emits_is_clean_and_the_linter_has_seen_it() {
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test")).start();
    demo.busy_day().await;
    let last = ["process_batch order.created", "POST /checkout", "GET /lag"];
    let emitted = demo
        .emitted_when(|emitted| {
            let has = |name: &&str| emitted.spans().any(|span| span["name"] == **name);
            last.iter().all(has)
        })
        .await;
    let (code, text) = lint(&["-"], &emitted.as_otlp());
    assert_eq!(code, Some(0), "{text}");
    let count = emitted.spans().count();
    assert!(text.contains(&format!("{count} spans")), "{text}");
}
