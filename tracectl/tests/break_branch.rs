//! `tracectl break` as a reviewer runs it, in a clone of its own.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tracectl::sabotage;

struct Output {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        // Whoever runs the tests may have hooks, signatures and a name; a build server has none.
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A repository with the patches as they are and the files that they touch.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let clone = Self(TempDir::new().unwrap());
        for patch in sabotage::all(&workspace()).unwrap() {
            clone.copy(&patch.file);
            for file in &patch.touches {
                clone.copy(&workspace().join(file));
            }
        }
        clone.git(&["init", "-q", "-b", "main"]);
        clone.git(&["config", "user.name", "Reviewer"]);
        clone.git(&["config", "user.email", "reviewer@example.org"]);
        clone.git(&["add", "."]);
        clone.git(&["commit", "-q", "-m", "The clone"]);
        clone
    }

    fn copy(&self, file: &Path) {
        let to = self.path().join(file.strip_prefix(workspace()).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(file, to).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = run("git", self.path(), arguments);
        assert_eq!(output.code, 0, "git {arguments:?}: {}", output.stderr);
        output.stdout.trim().to_owned()
    }

    fn break_with(&self, arguments: &[&str]) -> Output {
        let arguments: Vec<_> = ["break"].iter().chain(arguments).copied().collect();
        run(env!("CARGO_BIN_EXE_tracectl"), self.path(), &arguments)
    }

    /// Refused with one sentence, and nothing is different.
    #[track_caller]
    fn assert_refused(&self, arguments: &[&str], sentence: &str) {
        let before = (self.git(&["branch"]), self.git(&["status", "--porcelain"]));
        let output = self.break_with(arguments);
        assert_eq!(output.code, 2, "{}", output.stdout);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        assert!(output.stderr.contains(sentence), "{}", output.stderr);
        let after = (self.git(&["branch"]), self.git(&["status", "--porcelain"]));
        assert_eq!(before, after);
    }
}

#[test]
fn every_sabotage_becomes_a_branch_with_one_commit_and_can_be_undone() {
    let clone = Repository::new();
    for patch in sabotage::all(&workspace()).unwrap() {
        let name = patch.name.as_str();
        let broken = clone.break_with(&[name]);
        assert_eq!(broken.code, 0, "{}", broken.stderr);
        let branch = format!("broken/{name}");
        assert!(broken.stdout.contains(&branch), "{}", broken.stdout);
        assert_eq!(clone.git(&["branch", "--show-current"]), branch);
        assert_eq!(
            clone.git(&["log", "--format=%s", "main..HEAD"]),
            patch.subject
        );
        assert_eq!(clone.git(&["log", "--format=%b", "main..HEAD"]), "");
        let changed = clone.git(&["diff", "--name-only", "main", "HEAD"]);
        let mut touches = patch.touches.clone();
        touches.sort();
        assert_eq!(changed.lines().collect::<Vec<_>>(), touches);

        let undone = clone.break_with(&["--undo"]);
        assert_eq!(undone.code, 0, "{}", undone.stderr);
        assert_eq!(clone.git(&["branch"]), "* main");
    }
}

#[test]
fn a_subject_tells_nothing_away() {
    for patch in sabotage::all(&workspace()).unwrap() {
        let subject = patch.subject.to_lowercase();
        for word in [
            "break", "broken", "sabotage", "lose", "lost", "propagat", "orphan",
        ] {
            assert!(!subject.contains(word), "{}: {subject}", patch.name);
        }
    }
}

#[test]
fn the_next_steps_are_told() {
    let clone = Repository::new();
    let said = clone.break_with(&["http-inject-missing"]).stdout;
    for step in [
        "git show",
        "cargo test -p propagation-harness",
        "cargo run",
        "tracectl break --undo",
    ] {
        assert!(said.contains(step), "{step}: {said}");
    }
}

#[test]
fn the_list_has_each_name_with_what_it_breaks() {
    let clone = Repository::new();
    let list = clone.break_with(&["--list"]);
    assert_eq!(list.code, 0);
    for patch in sabotage::all(&workspace()).unwrap() {
        let line = list.stdout.lines().find(|line| {
            line.split_whitespace().next() == Some(&patch.name) && line.ends_with(&patch.breaks)
        });
        assert!(line.is_some(), "{}: {}", patch.name, list.stdout);
    }
}

#[test]
fn a_dirty_tree_is_refused() {
    let clone = Repository::new();
    let file = "services/fulfillment/src/config.rs";
    std::fs::write(clone.path().join(file), "mine").unwrap();
    clone.assert_refused(&["http-inject-missing"], file);
}

#[test]
fn a_fix_that_is_not_committed_is_not_thrown_away() {
    let clone = Repository::new();
    clone.break_with(&["sql-outside-parent"]);
    std::fs::write(clone.path().join("shared-telemetry/src/sql.rs"), "fixed").unwrap();
    clone.assert_refused(&["--undo"], "shared-telemetry/src/sql.rs");
}

#[test]
fn an_unknown_name_is_refused() {
    let clone = Repository::new();
    clone.assert_refused(&["everything"], "\"everything\"");
    clone.assert_refused(&["../http-inject-missing"], "--list");
}

#[test]
fn a_second_one_and_an_undo_of_nothing_are_refused() {
    let clone = Repository::new();
    clone.assert_refused(&["--undo"], "main");
    clone.break_with(&["bare-spawn"]);
    clone.assert_refused(&["http-inject-missing"], "broken/bare-spawn");
}

#[test]
fn a_branch_that_is_there_is_not_overwritten() {
    let clone = Repository::new();
    clone.git(&["branch", "broken/bare-spawn"]);
    clone.assert_refused(&["bare-spawn"], "broken/bare-spawn");
}

#[test]
fn a_patch_that_does_not_apply_changes_nothing() {
    let clone = Repository::new();
    std::fs::write(clone.path().join("shared-telemetry/src/sql.rs"), "other\n").unwrap();
    clone.git(&["commit", "-q", "-a", "-m", "Another sql.rs"]);
    clone.assert_refused(&["sql-outside-parent"], "does not apply");
}

#[test]
fn a_detached_head_is_come_back_to() {
    let clone = Repository::new();
    clone.git(&["checkout", "-q", "--detach"]);
    let commit = clone.git(&["rev-parse", "HEAD"]);
    assert_eq!(clone.break_with(&["bare-spawn"]).code, 0);
    assert_eq!(clone.break_with(&["--undo"]).code, 0);
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(clone.git(&["branch", "--show-current"]), "");
}

#[test]
fn a_commit_that_git_refuses_leaves_no_branch_behind() {
    let clone = Repository::new();
    let hook = clone.path().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    run("chmod", clone.path(), &["+x", hook.to_str().unwrap()]);
    clone.assert_refused(&["bare-spawn"], "git commit failed");
    assert_eq!(clone.git(&["branch", "--show-current"]), "main");
}

#[test]
fn outside_of_the_repository_it_is_refused() {
    let program = env!("CARGO_BIN_EXE_tracectl");
    let nowhere = TempDir::new().unwrap();
    let output = run(program, nowhere.path(), &["break", "--list"]);
    assert_eq!(output.code, 2);
    assert!(
        output.stderr.contains("not inside a git repository"),
        "{}",
        output.stderr
    );

    run("git", nowhere.path(), &["init", "-q"]);
    let output = run(program, nowhere.path(), &["break", "--list"]);
    assert_eq!(output.code, 2);
    assert!(
        output.stderr.contains("clone of Unbroken"),
        "{}",
        output.stderr
    );
}

#[test]
fn its_help_has_examples_and_no_argument_is_a_usage_error() {
    let clone = Repository::new();
    let help = clone.break_with(&["--help"]);
    assert!(
        help.stdout.contains("Examples:\n  tracectl break "),
        "{}",
        help.stdout
    );
    assert_eq!(clone.break_with(&[]).code, 2);
    assert_eq!(clone.break_with(&["--list", "--undo"]).code, 2);
}
