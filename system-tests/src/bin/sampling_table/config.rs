//! What is taken from the environment: where the collector's program is.

use std::path::{Path, PathBuf};

const PROGRAMS: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// The program that `OTELCOL` names, else the first in `PATH`.
#[allow(clippy::disallowed_methods)] // This is the reader of the environment.
pub(crate) fn collector() -> Result<PathBuf, String> {
    let told = std::env::var_os("OTELCOL").map(PathBuf::from);
    if told.as_deref() == Some(Path::new("none")) {
        return Err("no collector: OTELCOL is none".to_owned());
    }
    if let Some(told) = told {
        let there = told.is_file().then(|| told.clone());
        return there.ok_or_else(|| format!("no collector: OTELCOL is {}", told.display()));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path)
        .flat_map(|folder| PROGRAMS.map(|program| folder.join(program)));
    all.find(|program| program.is_file())
        .ok_or_else(|| format!("no collector: expected one of {PROGRAMS:?} in PATH, or OTELCOL"))
}
