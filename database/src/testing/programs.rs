//! Where PostgreSQL's programs are, and whom they run as.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian and its kin put what must not be in `PATH`, a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A folder with `initdb` and `postgres`.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

/// A user of this machine by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Programs {
    pub(super) fn find(path: &str) -> Option<Self> {
        let in_path = std::env::split_paths(path).find(|folder| has_both(folder));
        in_path.or_else(newest_of_debian).map(Self)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn has_both(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    let found = folders.filter(|folder| has_both(folder));
    found.max_by_key(|folder| version(folder))
}

/// The version in `…/15/bin`, so that 9 is older than 15.
fn version(folder: &Path) -> u32 {
    let version = folder.parent().and_then(Path::file_name);
    let version = version.and_then(|version| version.to_str());
    version.and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl User {
    /// Whom PostgreSQL accepts in root's place.
    pub(super) fn instead_of_root() -> Option<Self> {
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Self::named(name, &users))
    }

    fn named(name: &str, users: &str) -> Option<Self> {
        let of_name = |line: &&str| line.split(':').next() == Some(name);
        let line = users.lines().find(of_name)?;
        let mut numbers = line.split(':').skip(2).map(|number| number.parse().ok());
        Some(Self {
            uid: numbers.next()??,
            gid: numbers.next()??,
        })
    }

    /// Lets `command` run as this user.
    pub(super) fn runs(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}
