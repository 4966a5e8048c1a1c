//! The pages in a real browser: Chromium, driven as a person uses it, by mouse and keyboard.
//!
//! Each story has a demo and a browser of its own. It fails at its end when the page has written
//! an error to the console, thrown, broken the content security policy, opened a dialog, or asked
//! any other machine or port than the demo's own. Without Chromium a story says so and passes;
//! where `CI` is set it fails.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod browser;
mod tab;
mod watch;

mod basics;
mod files;
mod hostile;
mod keyboard;
mod large;
mod looks;
mod otlp;
mod screenshots;
mod storefront;
mod viewer;

use system_tests::{Demo, DemoBuilder};

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

/// A demo's address of the viewer with a path.
fn at_viewer(demo: &Demo, path: &str) -> String {
    format!("{}{path}", demo.url("viewer"))
}
