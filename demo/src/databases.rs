//! Where the services' databases are: a directory of their own that goes with the demo, or, when
//! the demo was killed, with the next one.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "unbroken-";
/// Locked as long as the demo lives; the system lets go of the lock however it ends.
const ALIVE: &str = "alive";

/// The directory. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Databases {
    folder: TempDir,
    _alive: File,
}

impl Databases {
    /// A new directory. What dead demos have left behind is removed first.
    pub(crate) fn open() -> io::Result<Self> {
        Self::open_in(&std::env::temp_dir())
    }

    fn open_in(place: &Path) -> io::Result<Self> {
        remove_leftovers(place);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        // It gets its name when it is locked: without the name it is nobody's leftover.
        let unnamed = folder.path().join("not-yet");
        let alive = File::create(&unnamed)?;
        alive.lock()?;
        std::fs::rename(unnamed, folder.path().join(ALIVE))?;
        Ok(Self {
            folder,
            _alive: alive,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the directory.
    pub(crate) fn close(self) -> io::Result<()> {
        self.folder.close()
    }
}

/// What can't be looked at or removed belongs to somebody else, and stays.
fn remove_leftovers(place: &Path) {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    for folder in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let folder = folder.path();
        let owner_is_dead =
            File::open(folder.join(ALIVE)).is_ok_and(|alive| alive.try_lock().is_ok());
        if owner_is_dead && std::fs::remove_dir_all(&folder).is_ok() {
            tracing::info!("removed what a killed demo had left: {}", folder.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_demo_left_is_removed_and_what_a_living_one_uses_is_not() {
        let place = tempfile::tempdir().unwrap();
        let living = Databases::open_in(place.path()).unwrap();
        let Databases { folder, _alive } = Databases::open_in(place.path()).unwrap();
        let dead = folder.keep();
        std::fs::write(dead.join("gateway.db"), "rows").unwrap();
        drop(_alive);
        let foreign = place.path().join("unbroken-but-not-ours");
        std::fs::create_dir(&foreign).unwrap();
        let next = Databases::open_in(place.path()).unwrap();
        assert!(!dead.exists());
        assert!(living.path().exists() && next.path().exists() && foreign.exists());
    }
}
