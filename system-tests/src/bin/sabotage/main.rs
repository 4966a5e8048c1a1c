//! The sabotage gate: breaks propagation in every known way, each in a scratch copy of the working
//! tree, and requires that the harness goes red, naming the right boundary, and green again.
//!
//! ```text
//! cargo run -p system-tests --bin sabotage                       all patches, minutes
//! cargo run -p system-tests --bin sabotage -- --only bare-spawn  one of them
//! ```
//!
//! Exit codes: 0 all as expected, 1 not, 2 could not be tried.

mod harness;
mod scratch;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tracectl::sabotage::{self, Sabotage};

use harness::Harness;
use scratch::Scratch;

/// Breaks propagation in every known way and requires that the harness names each.
#[derive(Parser)]
struct Arguments {
    /// Only this patch, by its name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Where cargo builds; `target` of the repository if nothing is said
    #[arg(long, value_name = "FOLDER", env = "CARGO_TARGET_DIR")]
    target_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sabotage: {error}");
            ExitCode::from(2)
        }
    }
}

/// The answer is the number of failures.
fn run(arguments: &Arguments) -> Result<usize, Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is a folder of the workspace");
    let patches = wanted(root, arguments.only.as_deref())?;
    let usual = || root.join("target");
    let target = std::path::absolute(arguments.target_dir.clone().unwrap_or_else(usual))?;
    let place = root.join("target/sabotage");
    std::fs::create_dir_all(&place)?;
    let lock = File::create(place.join("lock"))?;
    lock.try_lock()
        .map_err(|error| format!("another gate works in {}: {error}", place.display()))?;
    let scratch = Scratch::copy(root, &place.join("tree"))?;
    let harness = Harness::new(&scratch, &place, &target);

    let began = Instant::now();
    let mut failures = 0;
    for patch in &patches {
        let started = Instant::now();
        failures += usize::from(!told(
            &patch.name,
            &patch.boundary,
            started,
            attempt(&scratch, &harness, patch),
        ));
    }
    let started = Instant::now();
    let green = harness.is_green();
    failures += usize::from(!told("(no patch)", "green", started, green));
    println!(
        "{} passed, {failures} failed in {:.0} s; what each said is in {}",
        patches.len() + 1 - failures,
        began.elapsed().as_secs_f64(),
        place.display(),
    );
    Ok(failures)
}

/// Patches of one crate stand together: from one to the next it is built once and not twice.
fn wanted(root: &Path, only: Option<&str>) -> Result<Vec<Sabotage>, Box<dyn std::error::Error>> {
    let mut patches = sabotage::all(root)?;
    patches.retain(|patch| only.is_none_or(|only| only == patch.name));
    if patches.is_empty() {
        let name = only.unwrap_or_default();
        return Err(format!("there is no patch {name:?} in {}", sabotage::FOLDER).into());
    }
    patches.sort_by(|one, other| one.touches.cmp(&other.touches));
    Ok(patches)
}

/// Applies, expects red, reverts.
fn attempt(scratch: &Scratch, harness: &Harness<'_>, patch: &Sabotage) -> Result<(), String> {
    scratch
        .apply(&patch.file)
        .map_err(|error| format!("does not apply: {error}"))?;
    let outcome = harness.goes_red(patch);
    scratch
        .revert(&patch.file)
        .map_err(|error| format!("cannot be reverted: {error}"))?;
    outcome
}

/// Prints a line, and tells whether all was as expected.
fn told(name: &str, expected: &str, started: Instant, outcome: Result<(), String>) -> bool {
    let seconds = started.elapsed().as_secs_f64();
    match outcome {
        Ok(()) => {
            println!("✓ {name:<32} {expected:<32} {seconds:>6.1} s");
            true
        }
        Err(why) => {
            println!("✗ {name:<32} {expected:<32} {seconds:>6.1} s\n    {why}");
            false
        }
    }
}
