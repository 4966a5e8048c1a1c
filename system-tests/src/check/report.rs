//! What was checked, what came out, and what could not be checked.

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::program::block_on;

/// What docker shall say of an image: which one it stands in for and how it differs. An image that was made in another's
/// place tells it by its labels, and so does what was built on it.
pub const STAND_IN: &str =
    r#"{{index .Config.Labels "standin.of"}}: {{index .Config.Labels "standin.differs"}}"#;

/// What a check found, a line each; or what is not as it should be.
pub type Said = Result<Vec<String>, String>;

/// Told while it is made, and once more in short at the end.
#[derive(Debug, Default)]
pub struct Report {
    open: Option<(&'static str, Instant)>,
    ended: Vec<(&'static str, bool, Duration)>,
    left_out: Vec<String>,
}

impl Report {
    /// A check begins.
    pub fn begin(&mut self, title: &'static str) {
        println!("\n== {title}");
        self.open = Some((title, Instant::now()));
    }

    /// It has ended so.
    pub fn end(&mut self, said: Said) {
        let Some((title, began)) = self.open.take() else {
            return;
        };
        let good = said.is_ok();
        match said {
            Ok(facts) => facts.iter().for_each(|fact| println!("   {fact}")),
            Err(wrong) => println!("   FAILED: {}", wrong.trim_end().replace('\n', "\n   ")),
        }
        self.ended.push((title, good, began.elapsed()));
    }

    /// Could not be checked here, and why.
    pub fn leave_out(&mut self, what: String) {
        println!("   left out: {what}");
        self.left_out.push(what);
    }

    /// The images that are not what their name says: what docker said of them by [`STAND_IN`].
    pub fn leave_out_stand_ins(&mut self, told: &str) {
        let mut all: Vec<_> = told.lines().filter(|line| !line.starts_with(':')).collect();
        all.sort_unstable();
        all.dedup();
        for image in all {
            self.leave_out(format!("an upstream image; here stands in for {image}"));
        }
    }

    /// Makes one, prints it, and says by the exit code whether all is well (0), a check failed (1), or nothing could be
    /// tried (2).
    pub fn of(program: &str, checks: impl Future<Output = Result<Self, String>>) -> ExitCode {
        let outcome = block_on(checks).map_err(|error| error.to_string());
        match outcome.flatten() {
            Ok(report) => {
                println!("\n{report}");
                ExitCode::from(u8::from(!report.is_good()))
            }
            Err(error) => {
                eprintln!("{program}: {error}");
                ExitCode::from(2)
            }
        }
    }

    /// No check has failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.ended.iter().all(|(_, good, _)| *good)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "== what ran")?;
        for (title, good, took) in &self.ended {
            let word = if *good { "ok    " } else { "FAILED" };
            writeln!(f, "{word} {title}, {:.0} s", took.as_secs_f64())?;
        }
        writeln!(f, "== what could not be checked here")?;
        for what in &self.left_out {
            writeln!(f, "- {what}")?;
        }
        if self.left_out.is_empty() {
            writeln!(f, "nothing")?;
        }
        let failed = self.ended.iter().filter(|(_, good, _)| !good).count();
        write!(
            f,
            "{} checks, {failed} failed, {} things left out",
            self.ended.len(),
            self.left_out.len()
        )
    }
}
