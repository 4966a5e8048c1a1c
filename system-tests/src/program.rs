//! Programs of other people that tests start: where this machine has them, and ports for them.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

/// What the collector's program may be called.
pub const OTELCOL: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// Ports that no connection of this machine's own takes by chance, as it takes those above.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The program that `variable` names, else the first of `names` that is in `PATH`. `None`, and a word about
/// it, where there is none. With `CI` set nobody shall take that for a check: there it fails, unless
/// `variable` is `none`.
///
/// # Panics
/// In CI, when there is none.
#[allow(clippy::disallowed_methods)] // Where a machine has its programs is no setting of ours.
#[must_use]
pub fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let told = std::env::var_os(variable).filter(|told| !told.is_empty());
    let told = told.map(PathBuf::from);
    if told.as_deref() == Some(Path::new("none")) {
        skipped(&format!("{variable} is none"));
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
        skipped(&format!("no {}", names[0]));
    }
    found
}

/// Not by `eprintln!`: the test harness would keep it to itself.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Ports that are free, each given out once. Several tests run at the same time, and a port that was free a
/// moment ago may be the end of somebody's connection by now: those are not among these.
///
/// # Panics
/// Never: a process's id fits.
#[must_use]
pub fn free_ports<const N: usize>() -> [u16; N] {
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
