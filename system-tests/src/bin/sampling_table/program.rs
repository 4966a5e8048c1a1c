//! The demo and the load generator, as processes of their own, out of this program.

use std::path::{Path, PathBuf};

pub(crate) const DEMO: &str = "demo";
pub(crate) const LOADGEN: &str = "loadgen";

/// The demo starts each service as `service NAME` of the program that it is itself.
pub(crate) fn is_a_service() -> bool {
    std::env::args().nth(1).as_deref() == Some("service")
}

/// This program in `folder`, under another name.
pub(crate) fn under_the_name(name: &str, folder: &Path) -> Result<PathBuf, String> {
    let named = folder.join(name);
    std::env::current_exe()
        .and_then(|me| std::os::unix::fs::symlink(me, &named))
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    Ok(named)
}
