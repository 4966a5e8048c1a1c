//! The harness, built and run in the scratch copy.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tracectl::sabotage::Sabotage;

use crate::scratch::Scratch;

/// The first build may have to compile everything, or to wait for somebody else's.
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
/// Far more than the whole harness needs on a busy machine, where another build may hold cargo's lock.
const TEST_LIMIT: Duration = Duration::from_secs(10 * 60);

pub(crate) struct Harness<'s> {
    scratch: &'s Scratch,
    place: &'s Path,
    target: &'s Path,
}

impl<'s> Harness<'s> {
    /// Builds in `target`, which is the working tree's own: what both are made of is built once.
    /// Leaves in `place` what cargo and the tests said.
    pub(crate) fn new(scratch: &'s Scratch, place: &'s Path, target: &'s Path) -> Self {
        Self {
            scratch,
            place,
            target,
        }
    }

    /// Red by the test that the patch names, at the boundary that it names. A patch that does
    /// not compile would be red too, and prove nothing.
    pub(crate) fn goes_red(&self, patch: &Sabotage) -> Result<(), String> {
        self.build(&patch.name)?;
        let (status, said) = self.test(&patch.name, &["--exact", &patch.test])?;
        if said.contains("running 0 tests") {
            return Err(format!("the harness has no test {}", patch.test));
        }
        if status.success() {
            return Err(format!("{} stays green", patch.test));
        }
        let named: Vec<_> = said
            .lines()
            .filter_map(|line| line.strip_prefix("broken: "))
            .collect();
        if named.contains(&patch.boundary.as_str()) {
            return Ok(());
        }
        Err(format!(
            "red, but it names {named:?}: see {}.log",
            patch.name
        ))
    }

    /// Green in all its tests.
    pub(crate) fn is_green(&self) -> Result<(), String> {
        self.build("green")?;
        let (status, _) = self.test("green", &[])?;
        if status.success() {
            return Ok(());
        }
        Err("red without any patch: see green.log".to_owned())
    }

    fn build(&self, name: &str) -> Result<(), String> {
        let mut cargo = self.cargo();
        cargo.arg("--no-run");
        let (status, said) = self.run(name, cargo, BUILD_LIMIT)?;
        if status.success() {
            return Ok(());
        }
        let error = said.lines().find(|line| line.starts_with("error"));
        let error = error.unwrap_or("cargo failed");
        Err(format!("does not compile: {error}"))
    }

    fn test(&self, name: &str, arguments: &[&str]) -> Result<(ExitStatus, String), String> {
        let mut cargo = self.cargo();
        cargo.arg("--").args(arguments);
        self.run(name, cargo, TEST_LIMIT)
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(self.scratch.tree())
            .args([
                "test",
                "--locked",
                "-p",
                "propagation-harness",
                "--test",
                "hops",
            ])
            .env("CARGO_TARGET_DIR", self.target)
            // A patch changes a few lines of what the one before it was built of.
            .env("CARGO_INCREMENTAL", "1")
            // Nobody debugs here, and linking is faster without. A value that nobody else uses, so that
            // cargo never takes what was sabotaged for a part of the working tree.
            .env("CARGO_PROFILE_DEV_DEBUG", "line-directives-only")
            .env("CARGO_TERM_COLOR", "never")
            .env("RUST_BACKTRACE", "0");
        cargo
    }

    /// Runs `command` with its output in `NAME.log`, at most so long.
    fn run(
        &self,
        name: &str,
        command: Command,
        limit: Duration,
    ) -> Result<(ExitStatus, String), String> {
        let log = self.place.join(format!("{name}.log"));
        let status = bounded(command, &log, limit).map_err(|error| error.to_string())?;
        let said = fs::read(&log).map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&said).into_owned();
        match status {
            Some(status) => Ok((status, said)),
            None => Err(format!("not done after {} s", limit.as_secs())),
        }
    }
}

/// `None` when the time was up; then nothing of the command is left.
fn bounded(mut command: Command, log: &PathBuf, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let out = File::create(log)?;
    let mut child = command
        .stdin(Stdio::null())
        .stderr(out.try_clone()?)
        .stdout(out)
        // With cargo end the compilers and tests that it started.
        .process_group(0)
        .spawn()?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > deadline {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                kill_process_group(group, Signal::KILL)?;
            }
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
