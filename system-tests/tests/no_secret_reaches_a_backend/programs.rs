//! The programs of the stack: where they are, and one that runs.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::until;

/// The collector's names.
pub(crate) const OTELCOL: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// Ports that no connection of this machine's own takes by chance, as it takes those above.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

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

/// `None`, and a word about it, where there is none of `names`. With `CI` set nobody shall take that
/// for a check: there it fails, unless `variable` is `none`.
#[allow(clippy::disallowed_methods)] // Where a machine has its programs is no setting of ours.
pub(crate) fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let told = std::env::var_os(variable).map(PathBuf::from);
    if told.as_deref() == Some(Path::new("none")) {
        println!("skipped: {variable} is none");
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = || {
        let folders = std::env::split_paths(&path);
        let mut all = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        all.find(|program| program.is_file())
    };
    let found = told.or_else(in_path);
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "CI is set and a program is missing: expected one of {names:?} in PATH, or {variable}"
    );
    if found.is_none() {
        println!("skipped: no {}", names[0]);
    }
    found
}

/// Ports that are free, each given out once. Several tests run at the same time, and a port that was
/// free a moment ago may be the end of somebody's connection by now: those are not among these.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_this_process = u16::try_from(std::process::id() % 240).expect("below 240") * 50;
    let port = || loop {
        let next = of_this_process.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + next % (PORTS.end - PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    };
    [(); N].map(|()| port())
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
