//! Every scenario of the collected list is named by a test, or it is told why it is not: that
//! table is docs/kafka-faults.md.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::scenario_table::TABLE;

/// What is known about one scenario.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    /// File and function of each test that shows it.
    pub(crate) tests: &'static [(&'static str, &'static str)],
    /// What is special about it here, or why no test shows it.
    pub(crate) note: &'static str,
}

struct Scenario {
    id: String,
    scenario: String,
    expect: String,
    source: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn scenarios() -> Vec<Scenario> {
    let all: Vec<Value> =
        serde_json::from_str(include_str!("../../data/kafka_fault_scenarios.json")).unwrap();
    let read = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        Scenario {
            id: text("id"),
            scenario: text("scenario"),
            expect: text("expect"),
            source: text("source"),
        }
    };
    all.iter().map(read).collect()
}

fn row(id: &str) -> &'static Row {
    let row = TABLE.iter().find(|row| row.id == id);
    row.unwrap_or_else(|| panic!("{id} is in no row of the table"))
}

#[test]
fn every_scenario_has_a_test_that_exists_or_a_reason_why_it_has_none() {
    let scenarios = scenarios();
    let ids: HashSet<_> = scenarios.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), scenarios.len());
    for id in &ids {
        let row = row(id);
        let answered = !row.tests.is_empty() || !row.note.is_empty();
        assert!(answered, "{id}: neither a test nor a reason");
        for (file, function) in row.tests {
            let text = std::fs::read_to_string(root().join(file));
            let text = text.unwrap_or_else(|error| panic!("{id}: {file}: {error}"));
            let written = format!("fn {function}()");
            assert!(text.contains(&written), "{id}: no {function} in {file}");
        }
    }
    let mut rows = HashSet::new();
    for row in TABLE {
        assert!(ids.contains(row.id), "{} is no scenario", row.id);
        assert!(rows.insert(row.id), "{} has two rows", row.id);
    }
}

/// `group: test` with a link, so that the page can be followed.
fn page() -> String {
    let scenarios = scenarios();
    let shown = |one: &&Scenario| !row(&one.id).tests.is_empty();
    let tested = scenarios.iter().filter(shown).count();
    let mut page = format!(
        "# Bad days of Kafka\n\n\
         <!-- Made by system-tests/tests/nothing_acknowledged_is_lost/scenarios.rs: change the \
         table there. -->\n\n\
         {} scenarios were collected from the tests of others: the checker of Jepsen, the mock \
         tests of librdkafka, and what the semantic conventions imply. {tested} of them are shown by \
         tests of this repository, {} are not, and say why. A test fails when a scenario is in no \
         row, or when a row names a test that is not there.\n\n\
         How to try some of them by hand: [faults.md](faults.md).\n",
        scenarios.len(),
        scenarios.len() - tested,
    );
    for (title, of_title) in [("Shown by a test", true), ("Not shown", false)] {
        let head = if of_title {
            "| scenario | what must hold | tests |\n|---|---|---|"
        } else {
            "| scenario | what must hold | why no test shows it |\n|---|---|---|"
        };
        write!(page, "\n## {title}\n\n{head}\n").unwrap();
        let group = scenarios.iter().filter(|one| shown(one) == of_title);
        for one in group {
            let row = row(&one.id);
            let links = row.tests.iter().map(|(file, function)| {
                let sentence = function.replace('_', " ");
                format!("[{sentence}](../{file})")
            });
            let mut cell: Vec<_> = links.collect();
            if !row.note.is_empty() {
                cell.push(row.note.to_owned());
            }
            let cell = cell.join("; ");
            let Scenario {
                id,
                scenario,
                expect,
                ..
            } = one;
            writeln!(page, "| `{id}`: {scenario} | {expect} | {cell} |").unwrap();
        }
    }
    page.push_str("\n## Where they come from\n\n");
    let mut sources: Vec<_> = scenarios.iter().map(|one| one.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    for source in sources {
        writeln!(page, "- {source}").unwrap();
    }
    page
}

#[test]
fn the_page_is_the_table() {
    let (path, fresh) = (root().join("docs/kafka-faults.md"), page());
    #[allow(clippy::disallowed_methods)] // A test has no config.rs.
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == fresh,
        "docs/kafka-faults.md is stale: UPDATE=1 cargo test -p system-tests --test \
         nothing_acknowledged_is_lost the_page"
    );
}
