//! The programs of the stack.

use std::path::PathBuf;
use std::time::Duration;

use system_tests::program::{OTELCOL, find};

/// How long one may take to start.
pub(crate) const STARTED: Duration = Duration::from_secs(30);

/// What a run needs of this machine.
#[derive(Clone)]
pub(crate) struct Programs {
    pub(crate) otelcol: PathBuf,
    pub(crate) loki: PathBuf,
    pub(crate) prometheus: PathBuf,
}

impl Programs {
    /// `None` where one is missing.
    pub(crate) fn find() -> Option<Self> {
        Some(Self {
            otelcol: find("OTELCOL", &OTELCOL)?,
            loki: find("LOKI", &["loki"])?,
            prometheus: find("PROMETHEUS", &["prometheus"])?,
        })
    }
}
