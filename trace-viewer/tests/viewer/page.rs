//! The page as it is served: its files, its headers, and what its scripts must not do.

use std::{fs, path::Path, process::Command};

use crate::harness::*;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page");
const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page");

/// Name and content of the page's files.
fn files() -> Vec<(String, String)> {
    let entries = fs::read_dir(PAGE).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn every_view_has_an_address_that_answers_with_the_page() {
    let viewer = TestViewer::start().await;
    let id = trace_hex(1);
    for path in [
        "/".to_owned(),
        "/?q=status%3Aerror".to_owned(),
        "/map".to_owned(),
        format!("/trace/{id}"),
        format!("/trace/{id}?span=00f067aa0ba902b7"),
        format!("/joined/{id}"),
        format!("/compare/{id}/{id}"),
        "/missing-parent".to_owned(),
    ] {
        let response = viewer.get(&path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        assert!(response.text().await.unwrap().contains("/page/style.css"));
    }
}

#[tokio::test]
async fn every_answer_forbids_foreign_and_inline_scripts_sniffing_and_referrers() {
    let viewer = TestViewer::start().await;
    for path in ["/", "/page/main.mjs", "/api/stats", "/nothing", "/trace/x"] {
        let response = viewer.get(path).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn every_file_of_the_page_is_served_with_its_type() {
    let viewer = TestViewer::start().await;
    for (name, content) in files()
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".html"))
    {
        let response = viewer.get(&format!("/page/{name}")).await;
        assert_eq!(response.status(), 200, "{name}");
        let expected = match name.rsplit_once('.').unwrap().1 {
            "mjs" => "text/javascript",
            "css" => "text/css",
            _ => "image/svg+xml",
        };
        assert_eq!(response.headers()["content-type"], expected, "{name}");
        assert_eq!(response.text().await.unwrap(), content, "{name}");
    }
    let missing = viewer.get("/page/none.mjs").await;
    assert_eq!(missing.status(), 404);
}

#[test]
fn nothing_in_the_page_turns_text_into_markup_or_code_or_leaves_the_machine() {
    for (name, content) in files() {
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "srcdoc",
            "createContextualFragment",
            "eval(",
            "new Function",
            "javascript:",
            "https://",
            "<style",
            "onclick=",
        ] {
            assert!(!content.contains(forbidden), "{name} has {forbidden}");
        }
        let elsewhere = content.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://"), "{name} names another place");
        assert!(!content.contains("<script>"), "{name} has an inline script");
    }
}

#[test]
fn the_page_stays_small() {
    let files = files();
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    assert!(bytes < 200_000, "{bytes} bytes");
    for (name, content) in files {
        assert!(content.lines().count() < 300, "{name} is long");
    }
}

/// What the page works out without a browser: tree, critical path, search words, files.
#[test]
fn the_pages_own_tests_pass() {
    let tests = fs::read_dir(TESTS)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let tests = tests.filter(|path| path.to_string_lossy().ends_with(".test.mjs"));
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
    assert!(Path::new(TESTS).join("tree.test.mjs").exists());
}
