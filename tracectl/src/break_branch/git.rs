//! The git program, in the repository around the current directory.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What git could not do: one sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("the program git cannot be run: {0}")]
    NotThere(std::io::Error),
    #[error("this is not inside a git repository: run it in a clone of Unbroken")]
    NoRepository,
    #[error("git {command} failed: {said}")]
    Failed { command: String, said: String },
}

/// A repository.
pub(crate) struct Git {
    root: PathBuf,
}

impl Git {
    /// The repository around the current directory.
    pub(crate) fn here() -> Result<Self, GitError> {
        let root = git(Path::new("."), &["rev-parse", "--show-toplevel"]);
        let root = root.map_err(|error| match error {
            GitError::Failed { .. } => GitError::NoRepository,
            other => other,
        })?;
        Ok(Self { root: root.into() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Runs git at the root, and gives what it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        git(&self.root, arguments)
    }

    /// The current branch, or the commit when there is none.
    pub(crate) fn place(&self) -> Result<String, GitError> {
        self.run(&["symbolic-ref", "--quiet", "--short", "HEAD"])
            .or_else(|_| self.run(&["rev-parse", "HEAD"]))
    }

    pub(crate) fn has_branch(&self, branch: &str) -> bool {
        let name = format!("refs/heads/{branch}");
        self.run(&["show-ref", "--verify", "--quiet", &name])
            .is_ok()
    }

    /// Applies a patch to the working tree and the index, or only tells whether it applies.
    pub(crate) fn apply(&self, patch: &Path, only_check: bool) -> Result<(), GitError> {
        let how = if only_check { "--check" } else { "--index" };
        self.run(&["apply", how, &patch.display().to_string()])?;
        Ok(())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .output()
        .map_err(GitError::NotThere)?;
    if output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return Ok(said.trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty());
    let first = first.map_or_else(|| output.status.to_string(), str::to_owned);
    Err(GitError::Failed {
        command: arguments[0].to_owned(),
        said: crate::terminal_text::printable(&first),
    })
}
