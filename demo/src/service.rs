//! One service in this process: what the demo starts four times.

use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use crate::config::ServiceName;

/// How long a service may drain once its demo is gone.
const ORPHAN_LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn main(name: ServiceName) -> ExitCode {
    if let Err(error) = shared_telemetry::task::thread("parent-watch", stop_with_the_demo) {
        eprintln!("{}: the parent can't be watched: {error}", name.as_str());
        return ExitCode::FAILURE;
    }
    match name {
        ServiceName::Gateway => serving::main::<gateway::App>(),
        ServiceName::Fulfillment => serving::main::<fulfillment::App>(),
        ServiceName::Pricing => serving::main::<pricing::App>(),
        ServiceName::Inventory => serving::main::<inventory::App>(),
    }
}

/// The demo holds the other end of standard input. When it ends, however it ends, so does this
/// process: a demo that was killed leaves nobody behind.
fn stop_with_the_demo() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    // Failing would mean that this process does not exist.
    let _ = kill_process(getpid(), Signal::TERM);
    std::thread::sleep(ORPHAN_LIMIT);
    std::process::exit(1);
}
