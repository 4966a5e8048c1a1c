//! Each rule finds its planted fault, and leaves the same code without the fault alone.

use std::path::Path;

use super::check;
use crate::lint::finding::Findings;

fn findings(file: &str, text: &str) -> Findings {
    let mut findings = Findings::default();
    check(Path::new(file), text, &mut findings).unwrap();
    findings
}

#[track_caller]
fn assert_found(rule: &str, line: usize, text: &str) {
    let found = findings("src/work.rs", text);
    assert_eq!(found.rules(), [rule], "{text}");
    let one = &found.all()[0];
    assert_eq!(one.place, format!("src/work.rs:{line}"));
    assert!(!one.why.is_empty() && !one.fix.is_empty());
}

#[track_caller]
fn assert_clean(text: &str) {
    let found = findings("src/work.rs", text);
    assert!(found.is_empty(), "{text}\n{}", found.text(""));
}

#[test]
fn a_span_in_a_loop_is_found_whatever_the_loop() {
    for text in [
        "fn f() {\n for _ in 0..9 { tracing::info_span!(\"x\").in_scope(work) }\n}",
        "fn f() {\n while go() { let _ = info_span!(\"x\"); }\n}",
        "fn f() {\n loop { if go() { debug_span!(\"x\"); } }\n}",
        "fn f() {\n lines.iter().for_each(|line| { info_span!(\"x\"); });\n}",
        "fn f() {\n loop { tokio::select! { _ = a => { info_span!(\"x\"); } } }\n}",
        "fn f() {\n for x in y { tracer.start(\"x\"); }\n}",
    ] {
        assert_found("span-in-loop", 2, text);
    }
}

#[test]
fn a_span_around_a_loop_or_in_a_task_or_a_test_is_none_in_a_loop() {
    assert_clean("fn f() { info_span!(\"x\").in_scope(|| for _ in 0..9 { work() }) }");
    assert_clean("fn f() { for s in accept() { task::spawn(async { info_span!(\"x\") }); } }");
    assert_clean("fn f() { for _ in 0..9 { fn g() { info_span!(\"x\"); } } }");
    assert_clean("fn f() { for _ in 0..9 { row.span(3); span!(4); } }");
    assert_clean("#[test] fn f() { for _ in 0..9 { info_span!(\"x\"); } }");
    assert_clean("#[cfg(test)] mod t { fn f() { for _ in 0..9 { info_span!(\"x\"); } } }");
}

#[test]
fn an_id_in_a_spans_name_is_found_by_every_way_to_get_there() {
    for text in [
        "fn f() {\n Boundary::start(format!(\"load {order_id}\"), kind);\n}",
        "fn f() {\n Boundary::start(format!(\"load {}\", cart.customer), kind);\n}",
        "fn f() {\n span.update_name(format!(\"GET {}\", request.uri().path()));\n}",
        "fn f() {\n tracer.start(request.path().to_owned());\n}",
        "fn f() {\n SpanBuilder::from_name(\"a\".to_owned() + &sku);\n}",
        "fn f() {\n info_span!(\"load\", otel.name = %format!(\"load {user_id}\"), n = 1);\n}",
    ] {
        assert_found("id-in-span-name", 2, text);
    }
    let bound = "fn f() {\n let name = format!(\"load {id}\");\n tracer.span_builder(name);\n}";
    assert_found("id-in-span-name", 3, bound);
}

#[test]
fn a_name_made_of_few_words_is_no_id() {
    assert_clean("fn f() { Boundary::start(format!(\"send {}\", record.topic), kind); }");
    assert_clean("fn f() { let name = format!(\"{operation} {table}\"); tracer.start(name); }");
    assert_clean("fn f() { info_span!(\"load\", app.order.id = %format!(\"{id}\")); }");
    assert_clean("fn f() { fs::rename(format!(\"{id}\"), path); println!(\"{id}\"); }");
}

#[test]
fn a_bare_spawn_is_found_however_it_was_imported() {
    for text in [
        "fn f() {\n tokio::spawn(work());\n}",
        "use tokio::task; fn f() {\n task::spawn_blocking(work);\n}",
        "use tokio::{self, task::{spawn as go}}; fn f() {\n go(work());\n}",
        "use std::thread; fn f() {\n thread::spawn(work);\n}",
        "fn f() {\n std::thread::Builder::new().name(n).spawn(work)?;\n}",
        "fn f() {\n all.map(tokio::spawn);\n}",
        "fn f() {\n tokio::select! { x = y => { tokio::spawn(work()); } }\n}",
    ] {
        assert_found("bare-spawn", 2, text);
    }
}

#[test]
fn the_task_module_and_who_says_so_may_spawn() {
    assert_clean("use shared_telemetry::task; fn f() { task::spawn(work()); }");
    assert_clean("fn f() { std::process::Command::new(\"a\").spawn(); scope.spawn(work); }");
    let said =
        "#[expect(clippy::disallowed_methods, reason = \"a demo\")] fn f() { tokio::spawn(w()); }";
    assert_clean(said);
    let bare = "pub fn spawn() { tokio::spawn(work()); }";
    assert!(findings("src/task.rs", bare).is_empty());
    assert_eq!(findings("tests/task.rs", bare).rules(), ["bare-spawn"]);
}

#[test]
fn what_is_no_rust_is_told_by_its_line() {
    let mut found = Findings::default();
    let error = check(Path::new("a.rs"), "fn f() {}\nfn {", &mut found).unwrap_err();
    assert!(error.starts_with("is no Rust: line 2"), "{error}");
}
