//! One turn: `wrk` asks a server for a second.

use std::path::PathBuf;
use std::process::Command;

use benches::service::{Decision, SAMPLED, SHARE, UNSAMPLED};

use crate::server::Server;

const SECONDS: u32 = 1;
/// Enough to keep a server of one thread busy.
const CONNECTIONS: u32 = 8;

/// What a turn took.
pub(crate) struct Leg {
    requests: f64,
    /// Seconds of the server's process.
    cpu: f64,
}

impl Leg {
    /// `settle` waits for what the server still does when all is answered: that is part of the cost.
    pub(crate) fn run(
        server: &Server,
        decision: Decision,
        settle: impl FnOnce(),
    ) -> Result<Self, String> {
        let before = server.cpu()?;
        let requests = wrk(server, decision)?;
        settle();
        let cpu = server.cpu()? - before;
        Ok(Self { requests, cpu })
    }

    /// Processor time for each answer, in microseconds.
    pub(crate) fn micros(&self) -> f64 {
        self.cpu / self.requests * 1e6
    }

    /// How many of the requests are to be recorded.
    pub(crate) fn recorded(&self, decision: Decision) -> f64 {
        match decision {
            Decision::Off => 0.0,
            Decision::Share => self.requests / f64::from(SHARE),
            Decision::On => self.requests,
        }
    }
}

/// How many requests were answered.
fn wrk(server: &Server, decision: Decision) -> Result<f64, String> {
    let script = script(decision)?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{SECONDS}s"), "--script"])
        .arg(&script)
        .arg(format!("http://{}/hello/ada", server.address))
        .output()
        .map_err(|error| format!("wrk can't be run: {error}"));
    let _ = std::fs::remove_file(&script);
    let output = output?;
    let told = String::from_utf8_lossy(&output.stdout);
    if told.contains("Non-2xx") || told.contains("Socket errors") {
        return Err(format!("not every request was answered well:\n{told}"));
    }
    let requests = told
        .lines()
        .find_map(|line| line.trim().split_once(" requests in "))
        .and_then(|(count, _)| count.parse().ok());
    requests.ok_or_else(|| {
        let error = String::from_utf8_lossy(&output.stderr);
        format!("wrk said:\n{told}{error}")
    })
}

/// The same decisions for every server: those of the caller.
fn script(decision: Decision) -> Result<PathBuf, String> {
    let (rare, often) = match decision {
        Decision::Off => (UNSAMPLED, UNSAMPLED),
        Decision::Share => (SAMPLED, UNSAMPLED),
        Decision::On => (SAMPLED, SAMPLED),
    };
    let text = format!(
        "local function with(traceparent)\n  \
           return wrk.format(nil, nil, {{ host = wrk.host, accept = \"*/*\", [\"user-agent\"] = \"wrk\", \
         traceparent = traceparent }})\n\
         end\n\
         local rare, often, count\n\
         function init()\n  rare, often, count = with(\"{rare}\"), with(\"{often}\"), 0\nend\n\
         function request()\n  count = count + 1\n  \
           return count % {SHARE} == 0 and rare or often\nend\n"
    );
    let path = std::env::temp_dir().join(format!("network-{}.lua", std::process::id()));
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}
