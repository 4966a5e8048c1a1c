//! A demo is judged by `tracectl`, as its users judge it.

use std::process::{Command, Output};

use crate::Demo;

impl Demo {
    /// What `tracectl verify` says of this demo. `tracectl` is
    /// `env!("CARGO_BIN_EXE_tracectl-under-test")`, known only to the test itself; `more` are
    /// further arguments.
    ///
    /// # Panics
    /// When it can't be run.
    #[must_use]
    pub fn verify(&self, tracectl: &str, more: &[&str]) -> Output {
        Command::new(tracectl)
            .args(["verify", "--gateway", &self.url("gateway")])
            .args(["--backend", &format!("viewer={}", self.url("viewer"))])
            .args(more)
            .env("NO_COLOR", "1")
            .output()
            .expect("tracectl runs")
    }
}
