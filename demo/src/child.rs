//! One child process: its start, its output, its end.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use shared_telemetry::task;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child as Process, ChildStdin, Command};
use tokio::task::JoinHandle;

use crate::config::ServiceName;

/// How many of its last lines are told when a child dies.
const LAST_LINES: usize = 10;
/// How long a child may drain and flush before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(8);

/// The code that a service ends with when it can't use its settings, see [`serving::main`].
const UNUSABLE_SETTINGS: i32 = 2;

/// How a service ended.
pub(crate) struct End {
    pub(crate) status: String,
    pub(crate) last_lines: String,
    /// The sentence that says why it would end the same way again.
    pub(crate) unusable_settings: Option<String>,
}

/// A running service.
pub(crate) struct Child {
    process: Process,
    /// Taken from the process, because waiting for its end would close it first.
    _lifeline: Option<ChildStdin>,
    output: Vec<JoinHandle<()>>,
    last_lines: LastLines,
}

/// The last lines of a child's output, shared with the tasks that read it.
#[derive(Clone, Default)]
struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn last(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.back().cloned().unwrap_or_default()
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }
}

impl Child {
    /// Starts `demo service NAME` with these variables on top of the inherited ones.
    pub(crate) fn start(
        name: ServiceName,
        environment: &[(String, OsString)],
    ) -> std::io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["service", name.as_str()])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            // Held open as long as the demo lives; its end tells the child to stop.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the demo, which stops the children in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let lifeline = process.stdin.take();
        let last_lines = LastLines::default();
        let mut output = Vec::new();
        if let Some(stdout) = process.stdout.take() {
            output.push(task::spawn(pass_on(stdout, last_lines.clone())));
        }
        if let Some(stderr) = process.stderr.take() {
            output.push(task::spawn(pass_on(stderr, last_lines.clone())));
        }
        Ok(Self {
            process,
            _lifeline: lifeline,
            output,
            last_lines,
        })
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> End {
        let (status, code) = match self.process.wait().await {
            // "exit status: 1", "signal: 9 (SIGKILL)".
            Ok(status) => (status.to_string(), status.code()),
            Err(error) => (format!("an unknown end ({error})"), None),
        };
        for reader in self.output.drain(..) {
            // The pipes are closed: this is about what is left in them.
            let _ = reader.await;
        }
        End {
            status,
            unusable_settings: (code == Some(UNUSABLE_SETTINGS)).then(|| self.last_lines.last()),
            last_lines: self.last_lines.text(),
        }
    }

    /// Asks it to stop and waits; kills it when it takes too long.
    pub(crate) async fn stop(mut self) {
        self.signal(Signal::TERM);
        if tokio::time::timeout(STOP_LIMIT, self.ended())
            .await
            .is_err()
        {
            let _ = self.process.kill().await;
        }
    }

    fn signal(&self, signal: Signal) {
        let id = self
            .process
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process(id, signal);
        }
    }
}

/// Copies a child's lines to this process's standard output, whole.
async fn pass_on(output: impl AsyncRead + Unpin, last_lines: LastLines) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // In one piece, so that lines of several services don't mix. A closed terminal must not
        // stop the shop.
        let _ = std::io::stdout().write_all(format!("{line}\n").as_bytes());
        last_lines.push(line);
    }
}
