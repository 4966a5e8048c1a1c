//! What the storefront's page works out without a browser: its spans, its headers, the hops of an order.

#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::fs;
use std::process::Command;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page");

#[test]
fn the_pages_own_tests_pass() {
    let tests = fs::read_dir(TESTS).unwrap();
    let tests = tests.map(|entry| entry.unwrap().path());
    let run = Command::new("node").arg("--test").args(tests).output();
    let Ok(output) = run else {
        #[allow(clippy::disallowed_methods)] // A test may ask where it runs.
        let in_ci = std::env::var_os("CI").is_some();
        assert!(!in_ci, "no node: install the package nodejs");
        println!("skipped: no node");
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("pass ") && !told.contains("pass 0"), "{told}");
}
