//! The programs of the stack: where they are, and one that runs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use system_tests::program::{OTELCOL, find};

use crate::until;

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

/// One that runs. Dropping it kills it.
pub(crate) struct Running {
    process: Child,
    log: PathBuf,
}

impl Running {
    /// Starts one, its output in the file `log`, and waits until `ready` answers that all is well.
    pub(crate) async fn start(command: &mut Command, log: PathBuf, ready: &str) -> Self {
        let file = File::create(&log).unwrap();
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut running = Self { process, log };
        until(ready, Duration::from_secs(30), async || {
            let ended = running.process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended:\n{}", running.said());
            let answer = reqwest::get(ready).await.ok()?;
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

    /// SIGTERM, and gone when this returns.
    pub(crate) fn stop(mut self) {
        let pid = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw);
        kill_process(pid.unwrap(), Signal::TERM).unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
