//! Holds the shop's part of the dictionary against the text of its programs, for what no ordinary
//! day shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use shared_telemetry::names::What;

const PROGRAMS: [&str; 8] = [
    "storefront",
    "services/gateway/src",
    "services/pricing/src",
    "services/fulfillment/src",
    "services/inventory/src",
    "serving/src",
    "demo/src",
    "database/src",
];

/// Names of the dictionary that no program has, and names of programs that it does not have.
pub(crate) fn differences(root: &Path) -> Vec<String> {
    let mut text = String::new();
    PROGRAMS
        .iter()
        .for_each(|folder| read(&root.join(folder), &mut text));
    // The one thing that contracts say themselves.
    text += &fs::read_to_string(root.join("contracts/src/fault.rs")).unwrap();
    let words: BTreeSet<&str> = text
        .split(|c: char| !of_name(c))
        .map(|word| word.trim_matches('.'))
        .collect();
    let mut found = Vec::new();
    // A metric is a constant, and programs know it by that.
    let metrics = fs::read_to_string(root.join("contracts/src/telemetry/metrics.rs")).unwrap();
    for constant in metrics.split("pub const ").skip(1) {
        let constant = constant.split(':').next().unwrap_or_default();
        if !words.contains(constant) {
            found.push(format!("{constant} is in no program"));
        }
    }
    let written =
        contracts::telemetry::all().filter(|entry| !matches!(entry.what, What::Metric { .. }));
    for entry in written {
        if !words.contains(entry.name) {
            found.push(format!("{} is in no program", entry.name));
        }
    }
    let known: BTreeSet<_> = contracts::telemetry::all()
        .map(|entry| entry.name)
        .collect();
    for (at, _) in text.match_indices("app.") {
        let before = text[..at].chars().next_back().unwrap_or(' ');
        let rest = &text[at..];
        let end = rest.find(|c: char| !of_name(c)).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches('.');
        // `app.rs` is a file, `app.run()` a call.
        let other = name.ends_with(".rs") || rest[end..].starts_with('(');
        if !of_name(before) && !other && !known.contains(name) {
            found.push(format!("{name} is not in the dictionary"));
        }
    }
    found
}

fn read(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, text);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "mjs")
        {
            text.push_str(&fs::read_to_string(path).unwrap());
            text.push('\n');
        }
    }
}

fn of_name(c: char) -> bool {
    c.is_alphanumeric() || "._".contains(c)
}
