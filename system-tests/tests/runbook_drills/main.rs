//! The drills of `runbooks/` that need no more than a demo: each fault shows the symptom that its page prints, and the
//! page's cure ends it.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod broker_away;
mod database_held;
mod page;
mod sampling_rate;
mod settings;
mod traces_broken;

use system_tests::DemoBuilder;

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}
