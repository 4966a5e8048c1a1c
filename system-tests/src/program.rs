//! Programs of other people that tests start: where this machine has them, and ports for them.

mod running;

use std::fmt;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

pub use running::Running;

/// What the collector's program may be called.
pub const OTELCOL: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// Ports that no connection of this machine's own takes by chance, as it takes those above.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Why there is no such program.
#[derive(Debug, PartialEq, Eq)]
pub enum Missing {
    /// The variable is `none`: somebody wants it so.
    OnPurpose(String),
    /// Neither where the variable says, nor in `PATH`.
    NotFound(String),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::OnPurpose(why) | Self::NotFound(why)) = self;
        f.write_str(why)
    }
}

/// The program that `variable` names, else the first of `names` that is in `PATH`.
///
/// # Errors
/// When there is none.
#[allow(clippy::disallowed_methods)] // Where a machine has its programs is no setting of ours.
pub fn look_for(variable: &str, names: &[&str]) -> Result<PathBuf, Missing> {
    let told = std::env::var_os(variable).filter(|told| !told.is_empty());
    if let Some(told) = told.map(PathBuf::from) {
        let why = format!("{variable} is {}", told.display());
        return match told.to_str() {
            Some("none") => Err(Missing::OnPurpose(why)),
            _ if told.is_file() => Ok(told),
            _ => Err(Missing::NotFound(why)),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    let mut all = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    let found = all.find(|program| program.is_file());
    let why = || Missing::NotFound(format!("expected one of {names:?} in PATH, or {variable}"));
    found.ok_or_else(why)
}

/// [`look_for`] of a test: `None`, and a word about it, where there is none. Nobody shall take that for a check
/// where `CI` is set, or where a path was told: there it fails, unless `variable` is `none`.
///
/// # Panics
/// As said.
#[allow(clippy::disallowed_methods)] // As above.
#[must_use]
pub fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let missing = match look_for(variable, names) {
        Ok(found) => return Some(found),
        Err(missing) => missing,
    };
    let must_be = std::env::var_os("CI").is_some()
        || std::env::var_os(variable).is_some_and(|told| !told.is_empty());
    assert!(
        matches!(missing, Missing::OnPurpose(_)) || !must_be,
        "a program is missing: {missing}"
    );
    // Not by `eprintln!`: the test harness would keep it to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {missing}");
    None
}

/// The name under which this process was started: some programs here are several in one build.
#[must_use]
pub fn called_as() -> Option<String> {
    let name = std::env::args().next()?;
    Some(Path::new(&name).file_name()?.to_str()?.to_owned())
}

/// Runs a program's work to its end.
///
/// # Errors
/// When the system gives no threads.
pub fn block_on<F: Future>(work: F) -> std::io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
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
