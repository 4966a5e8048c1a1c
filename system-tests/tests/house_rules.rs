//! The house rules that a compiler can't hold: who may know what, and what files look like.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every file below `folder` with that ending, the target directory left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let hidden = name.to_string_lossy().starts_with('.');
        if path.is_dir() && !hidden && name != "target" {
            found.extend(files(&path, ending));
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The lines of code, without comments and without the unit tests at a file's end.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default().to_owned());
    lines.collect()
}

/// Files of `folder` whose code contains one of `words`, with the line.
fn mentions(folder: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files(&root().join(folder), "rs") {
        for (number, line) in code(&path).iter().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!(
                    "{}:{}: {}",
                    relative(&path),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    found
}

fn assert_none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn only_shared_telemetry_names_opentelemetry() {
    let mut found = mentions("", &["opentelemetry::", "opentelemetry_", "opentelemetry;"]);
    found.retain(|line| {
        !line.starts_with("shared-telemetry/")
            // The peers, and they name it.
            && !line.starts_with("benches/src/")
            && !line.starts_with("system-tests/tests/house_rules")
    });
    for manifest in files(&root(), "toml") {
        let name = relative(&manifest);
        let text = fs::read_to_string(&manifest).unwrap();
        let may = ["Cargo.toml", "benches/Cargo.toml"].contains(&name.as_str());
        if text.contains("opentelemetry") && !may && !name.starts_with("shared-tel") {
            found.push(name);
        }
    }
    assert_none(found, "only shared-telemetry may name OpenTelemetry");
}

#[test]
fn services_never_import_each_other() {
    let services = ["gateway", "pricing", "fulfillment", "inventory"];
    let mut found = Vec::new();
    for service in services {
        let manifest = root().join(format!("services/{service}/Cargo.toml"));
        let text = fs::read_to_string(manifest).unwrap();
        for other in services.iter().filter(|other| **other != service) {
            if text
                .lines()
                .any(|line| line.starts_with(&format!("{other}.")))
            {
                found.push(format!("{service} depends on {other}"));
            }
        }
    }
    assert_none(found, "services meet on the wire, in contracts");
}

#[test]
fn shared_telemetry_knows_no_shop() {
    // "order" is English too; the plural is the shop's.
    let words = [
        "checkout",
        "orders",
        "pricing",
        "inventory",
        "fulfillment",
        "coupon",
        "gateway",
    ];
    let mut found = mentions("shared-telemetry/src", &words);
    // "order" within "recorder" is another word.
    found.retain(|line| {
        let code = line
            .rsplit_once(".rs:")
            .map_or("", |(_, code)| code)
            .to_lowercase();
        code.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| words.contains(&word))
    });
    assert_none(
        found,
        "a stranger takes this crate: nothing of a shop may be in it",
    );
}

#[test]
fn only_config_files_read_the_environment() {
    let words = ["env::var(", "env::var_os(", "env::vars(", "env::vars_os("];
    let mut found = mentions("", &words);
    found.retain(|line| {
        !line.contains("/config.rs:")
            && !line.contains("/config/")
            && !line.contains("tests/")
            // An example is a whole program in one room.
            && !line.contains("/examples/")
            && !line.starts_with("system-tests/src/demo.rs")
    });
    assert_none(found, "only config.rs reads the environment");
}

#[test]
fn rules_know_no_transport_no_storage_and_no_telemetry() {
    let edges = [
        "_api",
        "_client",
        "_publisher",
        "_consumer",
        "_store",
        "_cache",
        "app",
        "config",
        "lib",
        "main",
        "telemetry",
    ];
    let is_edge = |name: &str| {
        edges
            .iter()
            .any(|edge| name == *edge || (edge.starts_with('_') && name.ends_with(edge)))
    };
    let banned = [
        "axum",
        "tonic",
        "rdkafka",
        "sqlx",
        "shared_telemetry",
        "tracing::",
        "reqwest",
    ];
    let mut found = Vec::new();
    for service in ["gateway", "pricing", "fulfillment", "inventory"] {
        let source = root().join("services").join(service).join("src");
        for path in files(&source, "rs") {
            let room = path
                .strip_prefix(&source)
                .unwrap()
                .components()
                .next()
                .unwrap();
            let room = Path::new(room.as_os_str())
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if is_edge(&room) {
                continue;
            }
            for line in code(&path) {
                if banned.iter().any(|word| line.contains(word)) {
                    found.push(format!("{}: {}", relative(&path), line.trim()));
                }
            }
        }
    }
    assert_none(found, "a <noun>.rs holds rules and nothing else");
}

#[test]
fn every_file_opens_with_one_sentence_about_itself() {
    let mut found = Vec::new();
    for path in files(&root(), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//!") {
            found.push(relative(&path));
        }
    }
    assert_none(found, "a file says in its first line what it is for");
}

#[test]
fn rooms_are_small() {
    let mut found = Vec::new();
    for path in files(&root(), "rs") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let tests = relative(&path).contains("tests/");
        if lines > if tests { 500 } else { 300 } {
            found.push(format!("{}: {lines} lines", relative(&path)));
        }
    }
    assert_none(found, "a file is one room");
}

#[test]
fn no_folder_or_file_is_named_after_nothing() {
    let mut found = Vec::new();
    for path in files(&root(), "rs") {
        let named = |name: &str| {
            matches!(
                name,
                "utils" | "util" | "common" | "helpers" | "misc" | "dto" | "ports.d"
            )
        };
        let inside = path.strip_prefix(root()).unwrap().to_owned();
        if inside
            .iter()
            .any(|part| named(Path::new(part).file_stem().unwrap().to_str().unwrap()))
        {
            found.push(relative(&path));
        }
    }
    assert_none(found, "a name says what is inside");
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let words = ["todo!(", "unimplemented!(", "#[ignore"];
    let mut found = mentions("", &words);
    found.retain(|line| !line.starts_with("system-tests/tests/house_rules"));
    assert_none(found, "finished or not there");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut found = Vec::new();
    for page in files(&root(), "md") {
        let text = fs::read_to_string(&page).unwrap();
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = target.split('#').next().unwrap_or_default();
            let outside =
                target.contains("://") || target.starts_with("mailto:") || path.is_empty();
            if !outside && !page.parent().unwrap().join(path).exists() {
                found.push(format!("{}: {target}", relative(&page)));
            }
        }
    }
    assert_none(found, "a link leads to a file that is there");
}
