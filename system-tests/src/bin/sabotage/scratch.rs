//! A copy of the working tree, to be broken.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy. It is kept from one run to the next, and only what differs is written, so that
/// cargo builds only what differs.
pub(crate) struct Scratch {
    tree: PathBuf,
}

impl Scratch {
    /// Makes `tree` what git sees in the working tree at `root`: tracked and new files, changed
    /// or not, but none that is ignored.
    pub(crate) fn copy(root: &Path, tree: &Path) -> io::Result<Self> {
        let listed = output(Command::new("git").current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))
        .map_err(io::Error::other)?;
        let there = |file: &&str| !file.is_empty() && root.join(file).is_file();
        let wanted: BTreeSet<PathBuf> = listed
            .split('\0')
            .filter(there)
            .map(|file| tree.join(file))
            .collect();
        fs::create_dir_all(tree)?;
        remove_others(tree, &wanted)?;
        for to in &wanted {
            let below = to.strip_prefix(tree).map_err(io::Error::other)?;
            let content = fs::read(root.join(below))?;
            if fs::read(to).is_ok_and(|old| old == content) {
                continue;
            }
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(to, content)?;
        }
        Ok(Self {
            tree: tree.to_owned(),
        })
    }

    pub(crate) fn tree(&self) -> &Path {
        &self.tree
    }

    pub(crate) fn apply(&self, patch: &Path) -> Result<(), String> {
        self.git_apply(&[], patch)
    }

    pub(crate) fn revert(&self, patch: &Path) -> Result<(), String> {
        self.git_apply(&["--reverse"], patch)
    }

    fn git_apply(&self, how: &[&str], patch: &Path) -> Result<(), String> {
        let mut git = Command::new("git");
        git.current_dir(&self.tree)
            .arg("apply")
            .args(how)
            .arg(patch);
        // In a folder of a repository git would silently skip paths that are not of that folder.
        if let Some(above) = self.tree.parent() {
            git.env("GIT_CEILING_DIRECTORIES", above);
        }
        output(&mut git).map(|_| ())
    }
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// What a program says, or its first word of complaint.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().next().unwrap_or("git failed").to_owned())
}
