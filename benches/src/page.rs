//! Writes what was printed into a page, between its markers.

use std::fs;
use std::path::Path;

/// Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` of `docs/performance.md`.
pub fn write(name: &str, text: &str) -> Result<(), String> {
    write_into("docs/performance.md", name, text)
}

/// The same in another page of the repository.
pub fn write_into(file: &str, name: &str, text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let told = |error: std::io::Error| format!("{file}: {error}");
    let page = fs::read_to_string(&path).map_err(told)?;
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page
        .split_once(&open)
        .ok_or_else(|| format!("{file} has no {open}"))?;
    let (_, after) = rest
        .split_once(&close)
        .ok_or_else(|| format!("{file} has no {close}"))?;
    let page = format!("{before}{open}\n```text\n{text}```\n\n{close}{after}");
    fs::write(&path, page).map_err(told)
}
