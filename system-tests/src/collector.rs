//! The configurations of `collector/`, as its README merges them.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder `collector/`.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("collector")
}

/// The files of a role, in the order in which the README's command merges them.
///
/// # Errors
/// When the README can't be read, or has no command for that role.
pub fn files(role: &str) -> Result<Vec<PathBuf>, String> {
    let folder = folder();
    let readme = fs::read_to_string(folder.join("README.md"))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let last = format!("/{role}.yaml");
    let mut blocks = readme.split("```");
    let command = blocks
        .find(|block| block.contains("--config=") && block.contains(&last))
        .ok_or_else(|| format!("the collector's README has no command with {role}.yaml"))?;
    let paths = command
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--config="));
    let names = paths.filter_map(|path| Path::new(path).file_name());
    Ok(names.map(|name| folder.join(name)).collect())
}
