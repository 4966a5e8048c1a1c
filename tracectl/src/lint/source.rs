//! The rules for Rust source: every file below a folder, parsed.

mod context;
mod ids;
mod imports;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit as _;

use super::Unreadable;
use super::finding::Findings;
use rules::Rules;

pub(super) fn lint(folder: &Path) -> Result<(Findings, String), Unreadable> {
    if !folder.is_dir() {
        return Err(Unreadable::new(folder.display(), "is no folder"));
    }
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Unreadable::new(folder.display(), "has no Rust source"));
    }
    let mut findings = Findings::default();
    for file in &files {
        let unreadable = |why: String| Unreadable::new(file.display(), why);
        let bytes = fs::read(file).map_err(|why| unreadable(format!("cannot be read: {why}")))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("is no UTF-8".to_owned()))?;
        let name = file.strip_prefix(folder).unwrap_or(file);
        check(name, &text, &mut findings).map_err(unreadable)?;
    }
    Ok((findings, format!("{} Rust files", files.len())))
}

/// The Rust files below a folder: no hidden folders, no `target`, no symbolic links.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    let unreadable =
        |why: std::io::Error| Unreadable::new(folder.display(), format!("cannot be read: {why}"));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().map_err(unreadable)?;
        let skipped = name == "target" || name.to_string_lossy().starts_with('.');
        if kind.is_dir() && !skipped {
            collect(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Judges one file; the error says where it is no Rust.
fn check(file: &Path, text: &str, findings: &mut Findings) -> Result<(), String> {
    let parsed = syn::parse_file(text).map_err(|error| {
        let at = error.span().start();
        format!("is no Rust: line {}: {error}", at.line)
    })?;
    let mut rules = Rules::new(file, &parsed, findings);
    rules.visit_file(&parsed);
    Ok(())
}
