//! The collector's own program: where it is, and one that runs.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::until;

const PROGRAMS: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// `None`, and a word about it, where there is none. With `CI` set nobody shall take that for a
/// check: there it fails, unless `OTELCOL` is `none`.
#[allow(clippy::disallowed_methods)] // Where a machine has its programs is no setting of ours.
pub(crate) fn otelcol() -> Option<PathBuf> {
    let told = std::env::var_os("OTELCOL").map(PathBuf::from);
    if told.as_deref() == Some(Path::new("none")) {
        println!("skipped: OTELCOL is none");
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = || {
        let mut all = std::env::split_paths(&path)
            .flat_map(|folder| PROGRAMS.map(|program| folder.join(program)));
        all.find(|program| program.is_file())
    };
    let found = told.or_else(in_path);
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "CI is set and there is no collector: expected one of {PROGRAMS:?} in PATH, or OTELCOL"
    );
    if found.is_none() {
        println!("skipped: no otelcol");
    }
    found
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

/// Ports that were free a moment ago, and that the system gives to no client meanwhile: it takes
/// those from 32768 on.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id() * 97;
    [(); N].map(|()| {
        loop {
            let next = first + ASKED.fetch_add(1, Ordering::Relaxed);
            let port = u16::try_from(10_000 + next % 20_000).unwrap();
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return port;
            }
        }
    })
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
