//! The dictionary and the source of this crate: nothing in it is dead, nothing is written beside it.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared_telemetry::names::{self, Entry, Source, What};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The code below a folder, without comments and without the tests at a file's end.
fn code(folder: &Path, left_out: &[&str]) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if left_out.contains(&name.to_str().unwrap()) {
            continue;
        }
        if path.is_dir() {
            text += &code(&path, left_out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = fs::read_to_string(&path).unwrap();
            let without_tests = file.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for line in without_tests.lines() {
                text += line.split("//").next().unwrap();
                text.push('\n');
            }
        }
    }
    text
}

/// The constants of the dictionary with their names, by the text of its tables.
fn constants() -> Vec<(String, String)> {
    let tables = code(&source().join("names"), &[]);
    let lines = tables.lines().filter_map(|line| {
        let (constant, rest) = line.trim().split_once(" = \"")?;
        let name = rest.split('"').next()?;
        let capitals = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        constant
            .chars()
            .all(capitals)
            .then(|| (constant.to_owned(), name.to_owned()))
    });
    lines.collect()
}

fn is_attribute(entry: &&Entry) -> bool {
    matches!(
        entry.what,
        What::Attribute(_) | What::EventAttribute(_) | What::Resource(_)
    )
}

#[test]
fn every_constant_is_used_by_a_boundary() {
    let boundaries = code(
        &source(),
        &["names", "semconv_opt_in", "semconv_opt_in.rs", "tests.rs"],
    );
    let words: BTreeSet<_> = boundaries
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    let all = constants();
    assert!(all.len() > 40, "the tables were not understood: {all:?}");
    let dead: Vec<_> = all
        .iter()
        .filter(|(constant, _)| !words.contains(constant.as_str()))
        .collect();
    assert!(dead.is_empty(), "nobody emits {dead:?}");
}

#[test]
fn no_name_is_written_beside_the_dictionary() {
    let boundaries = code(
        &source(),
        &["names", "semconv_opt_in", "testing", "tests.rs"],
    );
    let beside: Vec<_> = names::all()
        .filter(is_attribute)
        .filter(|entry| boundaries.contains(&format!("\"{}\"", entry.name)))
        .map(|entry| entry.name)
        .collect();
    assert!(beside.is_empty(), "use names:: for {beside:?}");
}

#[test]
fn every_attribute_that_a_span_always_has_is_an_entry() {
    let known: BTreeSet<_> = names::all().map(|entry| entry.name).collect();
    for entry in names::all() {
        if let What::Span { always, .. } | What::Event { always } = entry.what {
            for key in always {
                assert!(
                    known.contains(key),
                    "{} has {key}, which is no entry",
                    entry.name
                );
            }
        }
    }
}

#[test]
fn a_meaning_is_a_part_of_a_sentence_and_a_table() {
    for entry in names::all() {
        let meaning = entry.meaning;
        assert!(
            !meaning.is_empty() && !meaning.ends_with('.'),
            "{}",
            entry.name
        );
        assert!(!meaning.contains(['|', '\n']), "{}", entry.name);
    }
}

#[test]
fn old_names_say_which_name_is_the_new_one() {
    let old = names::all().filter(|entry| entry.source == Source::Deprecated);
    for entry in old {
        assert!(entry.meaning.starts_with("now "), "{}", entry.name);
    }
}
