//! `tracectl break`: a branch on which propagation is broken in one way, for a review to find.

mod git;

use crate::Answer;
use crate::config::Break;
use crate::sabotage::{self, Sabotage, Unreadable};
use git::{Git, GitError};

/// What stands before the name of a patch in the name of its branch.
const PREFIX: &str = "broken/";

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBroken {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Patches(#[from] Unreadable),
    #[error("{root} has no {folder}: run it in a clone of Unbroken", folder = sabotage::FOLDER)]
    OtherRepository { root: String },
    #[error(
        "there is no way to break things named {0:?}: tracectl break --list tells those that are there"
    )]
    UnknownName(String),
    #[error("the working tree has changes ({0}): commit, stash or discard them first")]
    Dirty(String),
    #[error("this is {0} already: tracectl break --undo leads back")]
    BrokenAlready(String),
    #[error("there is a branch {0} already: delete it with git branch -D {0}")]
    BranchExists(String),
    #[error("the patch {name} does not apply to this tree: {source}")]
    DoesNotApply { name: String, source: GitError },
    #[error("this is {0} and no broken/… branch: there is nothing to undo")]
    NothingToUndo(String),
    #[error(
        "nobody noted where {0} came from: leave it with git switch, delete it with git branch -D {0}"
    )]
    NoWayBack(String),
}

pub(crate) fn run(settings: &Break) -> Result<Answer, NotBroken> {
    let git = Git::here()?;
    if !git.root().join(sabotage::FOLDER).is_dir() {
        let root = git.root().display().to_string();
        return Err(NotBroken::OtherRepository { root });
    }
    let text = if settings.undo {
        undo(&git)?
    } else {
        let patches = sabotage::all(git.root())?;
        match &settings.name {
            Some(name) => break_by(&git, &patches, name)?,
            None => list(&patches),
        }
    };
    Ok(Answer {
        text,
        complaint: None,
        good: true,
    })
}

fn list(patches: &[Sabotage]) -> String {
    let width = patches.iter().map(|patch| patch.name.len()).max();
    let width = width.unwrap_or(0);
    let line = |patch: &Sabotage| format!("{:<width$}  {}\n", patch.name, patch.breaks);
    patches.iter().map(line).collect()
}

fn break_by(git: &Git, patches: &[Sabotage], name: &str) -> Result<String, NotBroken> {
    let patch = patches.iter().find(|patch| patch.name == name);
    let patch = patch.ok_or_else(|| NotBroken::UnknownName(name.to_owned()))?;
    let before = git.place()?;
    if before.starts_with(PREFIX) {
        return Err(NotBroken::BrokenAlready(before));
    }
    assert_clean(git)?;
    let branch = format!("{PREFIX}{name}");
    if git.has_branch(&branch) {
        return Err(NotBroken::BranchExists(branch));
    }
    git.apply(&patch.file, true)
        .map_err(|source| NotBroken::DoesNotApply {
            name: name.to_owned(),
            source,
        })?;
    if let Err(error) = commit(git, patch, &branch, &before) {
        // The tree was clean: nothing but the patch is lost.
        let _ = git.run(&["checkout", "-q", "-f", &before]);
        let _ = git.run(&["branch", "-q", "-D", &branch]);
        return Err(error.into());
    }
    Ok(next_steps(&branch, patch))
}

fn commit(git: &Git, patch: &Sabotage, branch: &str, before: &str) -> Result<(), GitError> {
    git.run(&["checkout", "-q", "-b", branch])?;
    // Deleted by git together with the branch.
    git.run(&["config", &came_from(branch), before])?;
    git.apply(&patch.file, false)?;
    git.run(&["commit", "-q", "-m", &patch.subject])?;
    Ok(())
}

fn came_from(branch: &str) -> String {
    format!("branch.{branch}.cameFrom")
}

fn assert_clean(git: &Git) -> Result<(), NotBroken> {
    match git.run(&["status", "--porcelain"])?.lines().next() {
        // Two letters of state and a space stand before the path.
        Some(change) => Err(NotBroken::Dirty(
            change.get(3..).unwrap_or(change).to_owned(),
        )),
        None => Ok(()),
    }
}

fn next_steps(branch: &str, patch: &Sabotage) -> String {
    let subject = &patch.subject;
    format!(
        "On branch {branch}: one commit, \"{subject}\". Propagation is broken. Find where:

  git show                                 the diff: would a review have stopped it?
  cargo test -p propagation-harness        red: names the boundary, both ids, the cause, the lesson
  cargo run                                place an order, look at its trace: two where one should be
  …fix it…                                 and the harness is green again

  tracectl break --undo                    back to where you came from
"
    )
}

fn undo(git: &Git) -> Result<String, NotBroken> {
    let branch = git.place()?;
    if !branch.starts_with(PREFIX) {
        return Err(NotBroken::NothingToUndo(branch));
    }
    assert_clean(git)?;
    let before = git.run(&["config", "--get", &came_from(&branch)]);
    let before = before.map_err(|_| NotBroken::NoWayBack(branch.clone()))?;
    let last = git.run(&["rev-parse", "--short", "HEAD"])?;
    git.run(&["checkout", "-q", &before])?;
    git.run(&["branch", "-q", "-D", &branch])?;
    Ok(format!(
        "Back on {before}. {branch} is deleted; its last commit was {last}.\n"
    ))
}
