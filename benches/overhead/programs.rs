//! The programs that are measured: the release builds of `demo` and `loadgen`, as users have them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where they are.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) demo: PathBuf,
    pub(crate) loadgen: PathBuf,
}

impl Programs {
    /// Builds what is not up to date.
    ///
    /// # Errors
    /// Where this is no Linux, or cargo can't build them.
    pub(crate) fn build() -> Result<Self, String> {
        if !Path::new("/proc/self/stat").exists() {
            return Err("processor times are read from /proc, which only Linux has".to_owned());
        }
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        // TARGET/release/deps/overhead-…
        let target = this.ancestors().nth(3);
        let target = target.ok_or_else(|| format!("{} is in no target folder", this.display()))?;
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "-p", "demo", "-p", "loadgen"])
            .arg("--manifest-path")
            .arg(manifest)
            .arg("--target-dir")
            .arg(target)
            .status()
            .map_err(|error| format!("cargo can't be run: {error}"))?;
        if !built.success() {
            return Err("cargo can't build the release programs demo and loadgen".to_owned());
        }
        let release = target.join("release");
        Ok(Self {
            demo: release.join("demo"),
            loadgen: release.join("loadgen"),
        })
    }
}
