//! The collector's own program: where it is, and one that runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use system_tests::program::{OTELCOL, find};

use crate::until;

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

/// A running collector. Dropping it kills it.
pub(crate) struct Running {
    process: Child,
    pub(crate) log: PathBuf,
}

impl Running {
    /// Starts one and waits until its health check, at that port, is content.
    pub(crate) async fn start(command: &mut Command, health: u16, log: PathBuf) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut running = Self { process, log };
        let url = format!("http://127.0.0.1:{health}/");
        until("a healthy collector", Duration::from_secs(20), async || {
            let ended = running.process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {}", running.said());
            let answer = reqwest::get(&url).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        running
    }

    /// The end of what it has written.
    pub(crate) fn said(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// SIGKILL, and gone when this returns.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// SIGTERM, and gone when this returns.
    pub(crate) async fn stop(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        until("end of a collector", Duration::from_secs(30), async || {
            self.process.try_wait().unwrap()
        })
        .await;
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
