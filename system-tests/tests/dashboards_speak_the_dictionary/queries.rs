//! Every query that stands in the backends' files and on the pages for whoever is on call.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::yaml;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Prom,
    Log,
    Trace,
}

pub(crate) struct Query {
    /// Where it stands.
    pub(crate) place: String,
    pub(crate) language: Language,
    pub(crate) text: String,
    /// What is written of its answer: `{{label}}` or `$labels.label`.
    pub(crate) told: String,
}

/// The files below a folder with that ending.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|is| is == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

pub(crate) fn dashboards(root: &Path) -> Vec<(String, Value)> {
    let files = files(&root.join("backends/grafana/dashboards"), "json");
    let read = |path: PathBuf| {
        let board = serde_json::from_slice(&fs::read(&path).unwrap());
        (name_of(&path), board.expect("a dashboard is JSON"))
    };
    files.into_iter().map(read).collect()
}

/// The panels of a dashboard, those in rows too.
pub(crate) fn panels(board: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    for panel in board["panels"].as_array().into_iter().flatten() {
        if panel["type"] != "row" {
            found.push(panel);
        }
        found.extend(panels(panel));
    }
    found
}

pub(crate) fn all(root: &Path) -> Vec<Query> {
    let mut found = Vec::new();
    for (file, board) in dashboards(root) {
        for panel in panels(&board) {
            of_panel(&file, panel, &mut found);
        }
        for variable in board["templating"]["list"].as_array().into_iter().flatten() {
            let place = format!("{file}: variable {}", variable["name"]);
            found.push(of_variable(place, &variable["query"]["query"]));
        }
    }
    for path in files(&root.join("backends/prometheus/rules"), "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        for (line, expression) in yaml::values(&text, "expr") {
            let place = format!("{}:{line}", name_of(&path));
            found.push(Query::new(place, Language::Prom, expression));
        }
    }
    let folder = root.join("backends/grafana/provisioning/datasources");
    for path in files(&folder, "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        for (line, query) in yaml::values(&text, "query") {
            let place = format!("{}:{line}", name_of(&path));
            let language = guess(&query).unwrap_or(Language::Prom);
            found.push(Query::new(place, language, query));
        }
    }
    for path in files(&root.join("runbooks"), "md") {
        of_page(
            &name_of(&path),
            &fs::read_to_string(&path).unwrap(),
            &mut found,
        );
    }
    let page = "docs/backends.md";
    of_page(
        page,
        &fs::read_to_string(root.join(page)).unwrap(),
        &mut found,
    );
    found
}

fn of_panel(file: &str, panel: &Value, found: &mut Vec<Query>) {
    let title = panel["title"].as_str().unwrap_or_default();
    for target in panel["targets"].as_array().into_iter().flatten() {
        let place = format!("{file}: {title}");
        let (language, text) = match target["datasource"]["type"].as_str() {
            Some("prometheus") => (Language::Prom, &target["expr"]),
            Some("loki") => (Language::Log, &target["expr"]),
            // The service map asks nothing that we write.
            Some("tempo") if target["queryType"] == "serviceMap" => continue,
            Some("tempo") => (Language::Trace, &target["query"]),
            other => panic!("{place}: a query of {other:?}, which this test can't read"),
        };
        let text = text.as_str().expect("a query is text").to_owned();
        let mut query = Query::new(place, language, text);
        query.told = target["legendFormat"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        found.push(query);
    }
}

/// `label_values(metric, label)` is Grafana's, not Prometheus'.
fn of_variable(place: String, query: &Value) -> Query {
    let text = query.as_str().expect("a variable has a query");
    let inside = text.strip_prefix("label_values(").expect("label_values");
    let (metric, label) = inside.trim_end_matches(')').rsplit_once(',').unwrap();
    let text = format!("count by ({}) ({metric})", label.trim());
    Query::new(place, Language::Prom, text)
}

/// What stands in blocks of `promql`, what curl asks, and what between backquotes is a query.
fn of_page(page: &str, text: &str, found: &mut Vec<Query>) {
    let mut fence: Option<&str> = None;
    for (at, line) in text.lines().enumerate() {
        let place = format!("{page}:{}", at + 1);
        if let Some(language) = line.trim().strip_prefix("```") {
            fence = if fence.is_some() {
                None
            } else {
                Some(language)
            };
        } else if fence == Some("promql") {
            found.push(Query::new(place, Language::Prom, line.trim().to_owned()));
        } else if let Some((_, query)) = line.split_once("'query=") {
            let query = query.split('\'').next().unwrap_or_default();
            found.push(Query::new(place, Language::Prom, query.to_owned()));
        } else if fence.is_none() {
            for code in line.split('`').skip(1).step_by(2) {
                let code = code.replace("\\|", "|");
                if let Some(language) = guess(&code) {
                    found.push(Query::new(place.clone(), language, code));
                }
            }
        }
    }
}

/// The language of something that begins as a query does.
fn guess(text: &str) -> Option<Language> {
    let braces = text.find('{')?;
    let before = &text[..braces];
    if !before.is_empty() {
        let of_name = |c: char| c.is_ascii_lowercase() || "_:".contains(c);
        return before.chars().all(of_name).then_some(Language::Prom);
    }
    // TraceQL is written with a space after its brace, LogQL without.
    match text[1..].chars().next()? {
        ' ' => Some(Language::Trace),
        c if c.is_ascii_lowercase() || c == '$' => Some(Language::Log),
        _ => None,
    }
}

impl Query {
    pub(crate) fn new(place: String, language: Language, text: String) -> Self {
        let told = String::new();
        Self {
            place,
            language,
            text,
            told,
        }
    }
}
