//! The collector's own program.

use std::path::{Path, PathBuf};
use std::process::Command;

use system_tests::program::{OTELCOL, find};

/// `None` where there is none, and a test may be skipped.
pub(crate) fn otelcol() -> Option<PathBuf> {
    find("OTELCOL", &OTELCOL)
}

/// Whether the long loads are wanted: `COLLECTOR_LOAD=long`.
#[allow(clippy::disallowed_methods)] // A test's own setting.
pub(crate) fn long() -> bool {
    std::env::var("COLLECTOR_LOAD").is_ok_and(|load| load == "long")
}

/// What the program says that it is made of.
pub(crate) fn components(program: &Path) -> String {
    let output = Command::new(program).arg("components").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
