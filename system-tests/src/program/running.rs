//! Somebody else's program that runs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::until;

/// None of them takes longer to end on a busy machine.
const END: Duration = Duration::from_secs(30);

/// One that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    process: Child,
    log: PathBuf,
}

impl Running {
    /// Starts one, its output at the end of the file `log`, and waits until the URL `ready` answers that all
    /// is well, for at most `patience`.
    ///
    /// # Panics
    /// When it can't be started, ends, or is not ready in time.
    pub async fn start(
        command: &mut Command,
        log: PathBuf,
        ready: &str,
        patience: Duration,
    ) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut running = Self { process, log };
        until(ready, patience, async || {
            let ended = running.process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended:\n{}", running.said());
            let answer = reqwest::get(ready).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        running
    }

    /// The end of what it has written.
    #[must_use]
    pub fn said(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// SIGKILL, and gone when this returns.
    pub fn kill(mut self) {
        self.end();
    }

    /// SIGTERM, and gone when this returns.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn stop(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        until("end of a program", END, async || {
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
