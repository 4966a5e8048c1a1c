//! The queries of the dashboards, as Grafana would ask them.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// One question of one panel.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Dashboard and panel.
    pub(crate) place: String,
    /// `prometheus`, `loki` or `tempo`.
    pub(crate) source: String,
    pub(crate) query: String,
    /// Its panel shows exemplars.
    pub(crate) exemplar: bool,
}

/// What Grafana puts in the place of its variables.
const VARIABLES: [(&str, &str); 5] = [
    ("$__rate_interval", "1m"),
    ("$__interval", "15s"),
    ("$__range", "15m"),
    ("${service:pipe}", ".+"),
    ("$service", ".+"),
];

/// All of them.
pub(crate) fn all() -> Result<Vec<Asked>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backends/grafana/dashboards");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut asked = Vec::new();
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(file.path()).map_err(|error| format!("{name}: {error}"))?;
        let board: Value =
            serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        of_panels(&name, &board, &mut asked);
    }
    asked.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(asked)
}

fn of_panels(name: &str, holder: &Value, asked: &mut Vec<Asked>) {
    for panel in holder["panels"].as_array().into_iter().flatten() {
        let title = panel["title"].as_str().unwrap_or("a panel");
        for target in panel["targets"].as_array().into_iter().flatten() {
            asked.push(of_target(format!("{name}: {title}"), panel, target));
        }
        // A row holds panels.
        of_panels(name, panel, asked);
    }
}

fn of_target(place: String, panel: &Value, target: &Value) -> Asked {
    let source = target["datasource"]["type"]
        .as_str()
        .or_else(|| panel["datasource"]["type"].as_str());
    let query = target["expr"].as_str().or_else(|| target["query"].as_str());
    let query = VARIABLES.iter().fold(
        query.unwrap_or_default().to_owned(),
        |query, (name, value)| query.replace(name, value),
    );
    Asked {
        place,
        source: source.unwrap_or_default().to_owned(),
        query,
        exemplar: target["exemplar"] == true,
    }
}
