//! The rules of Prometheus: what they record, and what they say when they fire.

use std::fs;
use std::path::Path;

use crate::known::Labels;
use crate::queries::{Language, Query, files, name_of};
use crate::{promql, yaml};

/// A rule that fires.
pub(crate) struct Alert {
    pub(crate) name: String,
    /// The labels that its rule adds.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) runbook: Option<String>,
    /// Its expression, and what its annotations tell of the answer.
    pub(crate) query: Query,
}

pub(crate) struct Rules {
    /// Each recorded name with its labels.
    pub(crate) recorded: Vec<(String, Labels)>,
    pub(crate) alerts: Vec<Alert>,
}

pub(crate) fn read(root: &Path) -> Rules {
    let mut rules = Rules {
        recorded: Vec::new(),
        alerts: Vec::new(),
    };
    for path in files(&root.join("backends/prometheus/rules"), "yaml") {
        let (file, text) = (name_of(&path), fs::read_to_string(&path).unwrap());
        for rule in each(&text) {
            let expression = yaml::value(&rule, "expr").expect("a rule has an expression");
            let labels = yaml::map(&yaml::value(&rule, "labels").unwrap_or_default());
            if let Some(name) = yaml::value(&rule, "record") {
                let names = promql::names(&expression);
                let of_groups = names.groupings.iter().map(|label| (*label).to_owned());
                let labels = labels.into_iter().map(|(label, _)| label);
                rules
                    .recorded
                    .push((name, of_groups.chain(labels).collect()));
            } else {
                let name = yaml::value(&rule, "alert").expect("a rule records or alerts");
                let mut query = Query::new(format!("{file}: {name}"), Language::Prom, expression);
                query.told = ["summary", "description"]
                    .map(|key| yaml::value(&rule, key).unwrap_or_default())
                    .join(" ");
                let runbook = yaml::value(&rule, "runbook_url");
                rules.alerts.push(Alert {
                    name,
                    labels,
                    runbook,
                    query,
                });
            }
        }
    }
    rules
}

/// The text of each rule, from the line that names it.
fn each(text: &str) -> Vec<String> {
    let begins = |line: &str| {
        let item = line.trim_start().strip_prefix("- ");
        item.is_some_and(|item| item.starts_with("record:") || item.starts_with("alert:"))
    };
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        if begins(line) {
            found.push(String::new());
        } else if line.trim_start().starts_with("- name:") {
            // Another group, whose own settings are no rule's.
            found.push(String::new());
        }
        if let Some(rule) = found.last_mut() {
            rule.push_str(line);
            rule.push('\n');
        }
    }
    found.retain(|rule| begins(rule));
    found
}
