//! Sabotage patches: one way each to break propagation, and what must come of it.
//!
//! A patch is `system-tests/sabotage/NAME.patch`, with a head before its diff:
//!
//! ```text
//! Subject: Send the request as it was built
//! Breaks: HTTP: the client writes no headers
//! Expect: http::a_request_carries_everything_to_the_server names HTTP client → server
//! ```
//!
//! `Subject` becomes the subject of the commit on a broken branch and tells nothing away.
//! `Expect` names a test of `propagation-harness` and the boundary that its failure must name.

use std::path::{Path, PathBuf};

/// Where the patches are, from the root of the repository.
pub const FOLDER: &str = "system-tests/sabotage";

/// One patch.
#[derive(Debug, Clone)]
pub struct Sabotage {
    /// The file's name without its ending.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// An innocent subject for a commit.
    pub subject: String,
    /// What it breaks, in one line.
    pub breaks: String,
    /// The test that must go red.
    pub test: String,
    /// The boundary that the test must name.
    pub boundary: String,
    /// The files that it changes, from the root of the repository.
    pub touches: Vec<String>,
}

/// Why the patches cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The folder or a file in it.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A line of a patch's head.
    #[error("{path} has no line {line:?} before its diff")]
    Head {
        /// The patch.
        path: String,
        /// How the line begins.
        line: &'static str,
    },
}

/// All patches of the repository at `root`, by name.
///
/// # Errors
/// The folder or a patch cannot be read, or a patch's head lacks a line.
pub fn all(root: &Path) -> Result<Vec<Sabotage>, Unreadable> {
    let folder = root.join(FOLDER);
    let unreadable = |source| Unreadable::File {
        path: folder.display().to_string(),
        source,
    };
    let mut patches = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|ending| ending == "patch") {
            patches.push(read(file)?);
        }
    }
    patches.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(patches)
}

fn read(file: PathBuf) -> Result<Sabotage, Unreadable> {
    let path = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|source| Unreadable::File {
        path: path.clone(),
        source,
    })?;
    let (head, diff) = text.split_once("diff --git ").unwrap_or((&text, ""));
    let line = |line: &'static str| {
        let mut found = head.lines().filter_map(|one| one.strip_prefix(line));
        let value = found.next().map(|value| value.trim().to_owned());
        value.ok_or_else(|| Unreadable::Head {
            path: path.clone(),
            line,
        })
    };
    let expect = line("Expect: ")?;
    let (test, boundary) = expect
        .split_once(" names ")
        .ok_or_else(|| Unreadable::Head {
            path: path.clone(),
            line: "Expect: TEST names BOUNDARY",
        })?;
    let touches = diff
        .lines()
        .filter_map(|line| line.strip_prefix("+++ b/"))
        .map(str::to_owned);
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    Ok(Sabotage {
        name: name.into_owned(),
        subject: line("Subject: ")?,
        breaks: line("Breaks: ")?,
        test: test.to_owned(),
        boundary: boundary.to_owned(),
        touches: touches.collect(),
        file,
    })
}
